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

/** Back-off: 1 s, then half as long again each time, up to 5 s; a fifth more or less, so that clients do not come at once. */
const FIRST_BACK_OFF_MILLIS = 1_000;
const BACK_OFF_FACTOR = 1.5;
const MAX_BACK_OFF_MILLIS = 5_000;
const JITTER = 0.2;

/** Whether the same data may be sent again after this answer. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUSES.has(status);
}

/** Whether the same data may be sent again after a request that failed like this. */
export function isRetryableError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && RETRYABLE_ERRORS.has(code);
}

/** Milliseconds to wait before retry number `retry`, from 0. `random` is from 0 to 1. */
export function backOffMillis(retry: number, random: number = Math.random()): number {
  const base = Math.min(FIRST_BACK_OFF_MILLIS * BACK_OFF_FACTOR ** retry, MAX_BACK_OFF_MILLIS);
  return base * (1 + JITTER * (2 * random - 1));
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
