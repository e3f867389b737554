import type { TimeInput } from '@opentelemetry/api';

/** Lower numbers are readings of the monotonic clock: no process runs for three years, and no span began in 1973. */
const FIRST_UNIX_MILLIS = 1e11;

/** Whether a time is a reading of the monotonic clock, not Unix time. */
export function isReading(time: TimeInput): time is number {
  return typeof time === 'number' && time < FIRST_UNIX_MILLIS;
}

/** Whether it is a time of the API: milliseconds, a date, or a pair of seconds and nanoseconds. */
export function isTimeInput(value: unknown): value is TimeInput {
  if (typeof value === 'number' || value instanceof Date) return true;
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
  );
}
