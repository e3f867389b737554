/** A reading with its time. */
export interface TimedReading<T> {
  /** Milliseconds of `monotonicMillis`. */
  readonly atMillis: number;
  readonly value: T;
}

// So finely is a window divided: its beginning is off by 1/60 at most, whatever the interval of the check.
const MAX_READINGS = 60;

/**
 * Readings of the last stretch of time, at most 61 of them: those that follow another by less than a sixtieth of the
 * window are not kept.
 */
export class ReadingWindow<T> {
  readonly #windowMillis: number;
  #readings: TimedReading<T>[] = [];

  constructor(windowMillis: number) {
    this.#windowMillis = windowMillis;
  }

  /**
   * Adds a reading, and returns the one to compare it with: the latest that is at least as old as the window, else the
   * oldest there is; `undefined` for the first.
   */
  add(atMillis: number, value: T): TimedReading<T> | undefined {
    const beginning = atMillis - this.#windowMillis;
    const first = this.#readings.findLastIndex((reading) => reading.atMillis <= beginning);
    if (first > 0) this.#readings = this.#readings.slice(first);
    const baseline = this.#readings[0];
    const last = this.#readings.at(-1);
    if (last === undefined || atMillis - last.atMillis >= this.#windowMillis / MAX_READINGS) {
      this.#readings.push({ atMillis, value });
    }
    return baseline;
  }

  /** Forgets all readings. */
  clear(): void {
    this.#readings = [];
  }

  /** How many readings are kept. */
  get size(): number {
    return this.#readings.length;
  }
}
