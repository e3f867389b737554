/**
 * Results that are looked at, and the shares of changes among them at which flapping begins and ends: Icinga 2's
 * `flapping_threshold_high` and `_low`, over the 20 state changes that it looks at. One outage is two changes, 10 %.
 */
const WINDOW = 20;
const BEGINS_AT = 0.3;
const ENDS_BELOW = 0.25;
/** A change counts from 0.8 for the oldest to 1.2 for the latest (Nagios, "Detection and Handling of State Flapping"). */
const OLDEST_WEIGHT = 0.8;
const LATEST_WEIGHT = 1.2;

/** Notices when results go back and forth. */
export class FlapDetector {
  readonly #changes: boolean[] = [];
  #latest: string | undefined;
  #isFlapping = false;

  get isFlapping(): boolean {
    return this.#isFlapping;
  }

  /** Takes a result in. Whether flapping begins with it. */
  observe(result: string): boolean {
    if (this.#latest !== undefined) {
      this.#changes.push(result !== this.#latest);
      if (this.#changes.length > WINDOW) this.#changes.shift();
    }
    this.#latest = result;
    const share = this.#share();
    const wasFlapping = this.#isFlapping;
    this.#isFlapping = wasFlapping ? share >= ENDS_BELOW : share > BEGINS_AT;
    return this.#isFlapping && !wasFlapping;
  }

  /** Changes among the results, weighted; those not made yet count as none. */
  #share(): number {
    let sum = 0;
    const offset = WINDOW - this.#changes.length;
    for (const [i, changed] of this.#changes.entries()) {
      if (changed) sum += OLDEST_WEIGHT + ((LATEST_WEIGHT - OLDEST_WEIGHT) * (offset + i)) / (WINDOW - 1);
    }
    return sum / WINDOW;
  }
}
