import { DiagLogLevel, diag } from '@opentelemetry/api';
import { countSelf, tell, writeGuarded } from '@org/instrument-core';
import { sdkCore } from '#sdk';
import { messageOf } from './message-of.ts';
import type { OtelOptions } from './options.ts';
import { createRateLimitedLogger } from './rate-limited-logger.ts';

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
let isSilent = false;

/**
 * Sends OpenTelemetry's diagnostics to standard error, rate-limited, unless the application has set a logger of its
 * own. When called again, the latest level holds.
 */
export function startDiagnostics(level: OtelOptions['logLevel'] = 'info'): void {
  isSilent = level === 'none';
  const current = apiGlobals()?.diag;
  if (current !== undefined && current !== own) return;
  if (current !== undefined) diag.disable();
  if (isSilent) return;
  diag.setLogger(createRateLimitedLogger(writeLine), {
    logLevel: LEVELS[level],
    suppressOverrideMessage: true,
  });
  own = apiGlobals()?.diag;
}

/** Counts and says the faults that the SDK reports to its global error handler. To be called before the SDK starts. */
export function catchSdkFaults(): void {
  const { setGlobalErrorHandler } = sdkCore();
  setGlobalErrorHandler((error) => {
    countSelf('instrument.faults', 'otel');
    tell('error', `OpenTelemetry: ${messageOf(error)}`);
  });
}

/**
 * A fault of what happens once per start, export or shutdown: counted and said each time, and kept from the application. For
 * what may fail at every span or call there is `reportFault`, which says it once a minute.
 */
export function fault(component: string, error: unknown): void {
  countSelf('instrument.faults', component);
  tell('error', `${component}: ${messageOf(error)}`);
}

/** Says what `diag` may not reach: with globals of another version than the API's own, it has no logger. */
export function sayToAll(message: string, apiVersion: string): void {
  if (apiGlobals()?.version === apiVersion) tell('error', message);
  else if (!isSilent) writeLine(`error: ${message}`);
}

function writeLine(line: string): void {
  try {
    writeGuarded(process.stderr, `@org/instrument ${line}\n`);
  } catch {
    // Nowhere left to say it.
  }
}

/** The API keeps its globals under this symbol; there is no call that asks for the logger. */
function apiGlobals(): { readonly version?: string; readonly diag?: unknown } | undefined {
  return (globalThis as Record<symbol, object | undefined>)[Symbol.for('opentelemetry.js.api.1')];
}
