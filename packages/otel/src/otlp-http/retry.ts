/** Answers after which the same data may be sent again (OTLP specification, "OTLP/HTTP", "Retryable Response Codes"). */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** What keeps a request from being answered and may be over soon. TLS and protocol errors are not: they stay. */
const RETRYABLE_ERRORS: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether the same data may be sent again after this answer. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUSES.has(status);
}

/** Whether the same data may be sent again after a request that failed like this. */
export function isRetryableError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && RETRYABLE_ERRORS.has(code);
}

/**
 * Milliseconds that a `Retry-After` header asks for: seconds, or a date (RFC 9110, section 10.2.3). `undefined` when it
 * asks for nothing: it is missing, cannot be understood, says 0 or is over.
 */
export function retryAfterMillis(
  header: string | undefined,
  nowMillis: number = Date.now(),
): number | undefined {
  const text = header?.trim() ?? '';
  const millis = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMillis;
  return millis > 0 ? millis : undefined;
}
