import { monotonicMillis } from '@org/instrument-core';

/** Whoever keeps a clock right moves it by less. */
const LEAP_MILLIS = 60_000;
/** How long a leap must stand. */
const DOUBT_MILLIS = 30 * 60_000;

/**
 * Unix time for what cannot be undone. A leap ahead counts once it has stood for half an hour, as it does where the machine
 * was suspended and the monotonic clock with it: until then time goes on as if it had not happened. What the calendar said
 * when this began is believed, and so is one that was set back.
 */
export class SteadyCalendar {
  readonly #calendar: () => number;
  readonly #monotonic: () => number;
  /** What the calendar is ahead of the monotonic clock, as it is believed, and as it is after a leap that is not yet. */
  #offset: number;
  #leap: { readonly offset: number; readonly since: number } | undefined;

  constructor(calendar: () => number = Date.now, monotonic: () => number = monotonicMillis) {
    this.#calendar = calendar;
    this.#monotonic = monotonic;
    this.#offset = calendar() - monotonic();
  }

  /** Milliseconds. Leaps are noticed when it is asked only. */
  now(): number {
    const monotonic = this.#monotonic();
    const offset = this.#calendar() - monotonic;
    if (offset - this.#offset <= LEAP_MILLIS || this.#hasStood(offset, monotonic)) {
      this.#offset = offset;
      this.#leap = undefined;
    }
    return monotonic + this.#offset;
  }

  #hasStood(offset: number, monotonic: number): boolean {
    if (this.#leap === undefined || Math.abs(offset - this.#leap.offset) > LEAP_MILLIS) {
      this.#leap = { offset, since: monotonic };
    }
    return monotonic - this.#leap.since >= DOUBT_MILLIS;
  }
}
