import type { HrTime } from '@opentelemetry/api';

/** How often the system's clock is looked at, in milliseconds. */
const CHECK_MILLIS = 1_000;
/** 2: `Date.now` has no fraction, and the two clocks are read one after the other. */
const TOLERANCE_MILLIS = 2;
/** What `Date.now` leaves off, on average. */
const MEAN_FRACTION_MILLIS = 0.5;
const NANOS_PER_MILLI = 1_000_000;

/** Unix time of the zero of the monotonic clock, in milliseconds; follows when the system's clock is set. */
let origin = performance.timeOrigin;
let nextCheck = 0;

/**
 * Unix time in milliseconds, with a fraction, of a time just read from the monotonic clock. Unlike `Date.now` it
 * tells spans of one millisecond apart, and reads no second clock.
 */
export function unixMillisOf(monotonic: number): number {
  if (monotonic >= nextCheck) check(monotonic);
  return origin + monotonic;
}

function check(monotonic: number): void {
  const actual = Date.now() + MEAN_FRACTION_MILLIS - performance.now();
  if (Math.abs(actual - origin) > TOLERANCE_MILLIS) origin = actual;
  nextCheck = monotonic + CHECK_MILLIS;
}

/** Milliseconds, of Unix time or of a duration, as the SDK's pair of seconds and nanoseconds. */
export function hrTimeOf(millis: number): HrTime {
  const seconds = Math.trunc(millis / 1_000);
  const nanos = Math.round((millis - seconds * 1_000) * NANOS_PER_MILLI);
  return nanos === 1_000_000_000 ? [seconds + 1, 0] : [seconds, nanos];
}

/** The SDK's pair as milliseconds: of Unix time, to about a quarter of a microsecond. */
export function millisOf([seconds, nanos]: HrTime): number {
  return seconds * 1_000 + nanos / NANOS_PER_MILLI;
}

/** The time from one of the SDK's pairs to another. */
export function between(start: HrTime, end: HrTime): HrTime {
  const nanos = end[1] - start[1];
  return nanos < 0 ? [end[0] - start[0] - 1, nanos + 1_000_000_000] : [end[0] - start[0], nanos];
}
