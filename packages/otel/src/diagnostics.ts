import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { countSelf } from '@org/instrument-core';
import type { OtelOptions } from './options.ts';

/** A message may be written so many times in a window; the rest is counted and said when the window ends. */
const MAX_PER_WINDOW = 5;
const WINDOW_MILLIS = 60_000;
/** Messages told apart; beyond, the oldest window ends early. */
const MAX_MESSAGES = 200;

const LEVELS: Readonly<Record<NonNullable<OtelOptions['logLevel']>, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

/**
 * Sends OpenTelemetry's diagnostics to standard error, rate-limited, unless the application has set a logger of its
 * own. Faults that the SDK reports to its global error handler are counted too.
 */
export function startDiagnostics(level: OtelOptions['logLevel'] = 'info'): void {
  setGlobalErrorHandler((error) => {
    countSelf('instrument.faults', 'otel');
    diag.error(`OpenTelemetry: ${messageOf(error)}`);
  });
  if (hasLogger() || level === 'none') return;
  diag.setLogger(createRateLimitedLogger(writeLine), {
    logLevel: LEVELS[level],
    suppressOverrideMessage: true,
  });
}

interface Window {
  count: number;
  endsAtMillis: number;
}

/**
 * A logger that writes each message at most five times a minute. Messages are the same when their first argument is the
 * same but for its numbers.
 */
export function createRateLimitedLogger(
  write: (line: string) => void,
  now: () => number = Date.now,
): DiagLogger {
  const windows = new Map<string, Window>();
  const close = (key: string, window: Window): void => {
    windows.delete(key);
    const suppressed = window.count - MAX_PER_WINDOW;
    if (suppressed > 0) write(`warn: said ${suppressed} more times within a minute: ${key}`);
  };
  const log =
    (level: string) =>
    (message: string, ...details: unknown[]): void => {
      const key = String(message).replace(/\d+/g, '#').slice(0, 160);
      let window = windows.get(key);
      if (window !== undefined && now() >= window.endsAtMillis) {
        close(key, window);
        window = undefined;
      }
      if (window === undefined) {
        const oldest = windows.entries().next();
        if (windows.size >= MAX_MESSAGES && oldest.done !== true) close(...oldest.value);
        window = { count: 0, endsAtMillis: now() + WINDOW_MILLIS };
        windows.set(key, window);
      }
      window.count++;
      if (window.count <= MAX_PER_WINDOW)
        write(`${level}: ${[message, ...details.map(messageOf)].join(' ')}`);
    };
  return {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: log('debug'),
    verbose: log('verbose'),
  };
}

/** An error or anything else as short text, never throwing. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(messageOf).join('; ');
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === 'string') return error;
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return Object.prototype.toString.call(error);
  }
}

function writeLine(line: string): void {
  try {
    process.stderr.write(`@org/instrument ${line}\n`);
  } catch {
    // Nowhere left to say it.
  }
}

/** The API keeps its globals under this symbol; there is no call that asks for the logger. */
function hasLogger(): boolean {
  const globals = (globalThis as Record<symbol, { diag?: unknown } | undefined>)[
    Symbol.for('opentelemetry.js.api.1')
  ];
  return globals?.diag !== undefined;
}
