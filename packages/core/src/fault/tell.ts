import { diag } from '@opentelemetry/api';

/**
 * Tells OpenTelemetry's `diag`, which nothing of ours calls otherwise. Never throws: the logger may be the application's,
 * and when it does nobody is left to tell.
 */
export function tell(
  level: 'error' | 'info' | 'verbose' | 'warn',
  message: string,
  ...details: unknown[]
): void {
  try {
    diag[level](message, ...details);
  } catch {
    // Whoever records, emits or calls can do nothing about a logger.
  }
}
