import { diag } from '@opentelemetry/api';

/** Tells OpenTelemetry's `diag`. Never throws: the logger may be the application's, and when it does nobody is left to tell. */
export function tell(level: 'error' | 'warn', message: string, ...details: unknown[]): void {
  try {
    diag[level](message, ...details);
  } catch {
    // Neither the emitter of an event nor an instrumented call can do anything about a logger.
  }
}
