import { createRequire } from 'node:module';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { countSelf } from '@org/instrument-core';
import { messageOf } from './message-of.ts';
import type { OtelOptions } from './options.ts';
import { createRateLimitedLogger } from './rate-limited-logger.ts';

const require = createRequire(import.meta.url);

const LEVELS: Readonly<Record<NonNullable<OtelOptions['logLevel']>, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

/** The logger that was installed here, as the API keeps it. */
let own: unknown;
/** Whether the API took our logger; it does not when a copy of another version has registered first. */
let isHeard = true;

/**
 * Sends OpenTelemetry's diagnostics to standard error, rate-limited, unless the application has set a logger of its
 * own. When called again, the latest level holds.
 */
export function startDiagnostics(level: OtelOptions['logLevel'] = 'info'): void {
  const current = currentLogger();
  if (current !== undefined && current !== own) return;
  if (current !== undefined) diag.disable();
  isHeard = true;
  if (level === 'none') return;
  isHeard = diag.setLogger(createRateLimitedLogger(writeLine), {
    logLevel: LEVELS[level],
    suppressOverrideMessage: true,
  });
  own = currentLogger();
}

/** Counts and says the faults that the SDK reports to its global error handler. To be called before the SDK starts. */
export function catchSdkFaults(): void {
  const { setGlobalErrorHandler } = require('@opentelemetry/core') as typeof import('@opentelemetry/core');
  setGlobalErrorHandler((error) => {
    countSelf('instrument.faults', 'otel');
    diag.error(`OpenTelemetry: ${messageOf(error)}`);
  });
}

/** A fault at run time: counted and said, and kept from the application. */
export function fault(component: string, error: unknown): void {
  countSelf('instrument.faults', component);
  diag.error(`${component}: ${messageOf(error)}`);
}

/** Says an error even when the API does not take our logger. */
export function sayAnyway(message: string): void {
  if (isHeard) diag.error(message);
  else writeLine(`error: ${message}`);
}

function writeLine(line: string): void {
  try {
    process.stderr.write(`@org/instrument ${line}\n`);
  } catch {
    // Nowhere left to say it.
  }
}

/** The API keeps its globals under this symbol; there is no call that asks for the logger. */
function currentLogger(): unknown {
  const globals = (globalThis as Record<symbol, { diag?: unknown } | undefined>)[
    Symbol.for('opentelemetry.js.api.1')
  ];
  return globals?.diag;
}
