/** Longest pause that a receiver can ask for: no delivery outlives the default deadline, which is a day. */
const MAX_MILLIS = 86_400_000;
// RFC 9110, section 10.2.3: delay-seconds are digits. Some receivers write fractions.
const SECONDS = /^\d+(?:\.\d+)?$/;

/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110, section 10.2.3), at most a day; `undefined` for what is
 * neither seconds nor a date.
 *
 * @param date the answer's own `Date` header: a date is measured against the receiver's clock, which need not be ours.
 */
export function retryAfterMillis(
  header: string | null | undefined,
  date?: string | null,
  nowMillis: number = Date.now(),
): number | undefined {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return bounded(Number(text) * 1_000);
  const until = httpDateMillis(text);
  if (until === undefined) return undefined;
  return bounded(until - (httpDateMillis(date?.trim() ?? '') ?? nowMillis));
}

/** Milliseconds of a pause in seconds, as bodies of answers have it; `undefined` for what is no such number. */
export function pauseMillis(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds >= 0 ? bounded(seconds * 1_000) : undefined;
}

/**
 * Unix time of an HTTP-date (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, or an obsolete form that
 * recipients must take too, of which asctime's says no zone and means GMT.
 */
function httpDateMillis(text: string): number | undefined {
  // Date.parse takes a lot that is no date: a bare "7x" is a month.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)) return undefined;
  const millis = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(millis) ? undefined : millis;
}

function bounded(millis: number): number {
  return Math.min(Math.max(Math.ceil(millis), 0), MAX_MILLIS);
}
