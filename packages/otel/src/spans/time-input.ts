import type { TimeInput } from '@opentelemetry/api';

/** Lower numbers are readings of the monotonic clock: no process runs for three years, and no span began in 1973. */
const FIRST_UNIX_MILLIS = 1e11;

/** Whether a time is a reading of the monotonic clock, not Unix time. */
export function isReading(time: TimeInput): time is number {
  return typeof time === 'number' && time < FIRST_UNIX_MILLIS;
}

/** Whether it is a time of the API: milliseconds, a date, or a pair of seconds and nanoseconds. Never throws. */
export function isTimeInput(value: unknown): value is TimeInput {
  if (typeof value === 'number') return true;
  if (typeof value !== 'object') return false;
  try {
    return value instanceof Date || isPair(value);
  } catch {
    // A proxy.
    return false;
  }
}

function isPair(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
  );
}

/** The time that was given; `undefined`, which stands for now, where it is none, as `null`, `NaN` or text. Never throws. */
export function givenTime(value: unknown): TimeInput | undefined {
  if (value === undefined || !isTimeInput(value)) return undefined;
  try {
    const isSaid = Array.isArray(value) ? value.every(Number.isFinite) : Number.isFinite(Number(value));
    return isSaid ? value : undefined;
  } catch {
    return undefined;
  }
}
