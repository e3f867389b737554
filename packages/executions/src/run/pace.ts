/** Age at which something weighs 1/e of what is new. */
const HORIZON_MILLIS = 10_000;

/**
 * Items per second, as an exponentially weighted mean of the past. It can be looked at whenever one likes: the weights follow
 * from the time between two looks. Divided by the weight that there is in all, so that it is not pulled towards the zero it
 * begins with (as the bias correction of Adam does: Kingma and Ba, 2015, section 3).
 */
export class Pace {
  #lookedMillis: number;
  #processed = 0;
  #mean = 0;
  #weight = 0;

  constructor(startMillis: number) {
    this.#lookedMillis = startMillis;
  }

  /** The rate at `nowMillis`, when so many items were processed. */
  ratePerSecond(nowMillis: number, processed: number): number {
    const elapsed = nowMillis - this.#lookedMillis;
    if (elapsed > 0) {
      const kept = Math.exp(-elapsed / HORIZON_MILLIS);
      const rate = ((processed - this.#processed) / elapsed) * 1_000;
      this.#mean = this.#mean * kept + rate * (1 - kept);
      this.#weight = this.#weight * kept + (1 - kept);
      this.#lookedMillis = nowMillis;
      this.#processed = processed;
    }
    return this.#weight === 0 ? 0 : this.#mean / this.#weight;
  }
}
