import { diag } from '@opentelemetry/api';

/** Tells OpenTelemetry's `diag` of an error. Never throws: the logger is the user's, and when it does nobody is left to tell. */
export function tellError(message: string, error: unknown): void {
  try {
    diag.error(message, error);
  } catch {
    // Neither the emitter of an event nor an instrumented call can do anything about a logger.
  }
}
