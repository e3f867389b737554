/** Age at which something weighs 1/e of what is new. */
const HORIZON_MILLIS = 10_000;
/** Nothing has moved for so many times what an item takes, and for three horizons: it is stalled. */
const SILENT_ITEMS = 10;
/** Fewer items within a horizon are too few for its mean, which would be told from one item to the next. */
const FEW_ITEMS = 10;

/**
 * Items per second, as an exponentially weighted mean of the past. It can be looked at whenever one likes: the weights follow
 * from the time between two looks. Divided by the weight that there is in all, so that it is not pulled towards the zero it
 * begins with (as the bias correction of Adam does: Kingma and Ba, 2015, section 3).
 */
export class Pace {
  #lookedMillis: number;
  readonly #startMillis: number;
  /** When it was last seen that items had passed. */
  #movedMillis: number;
  #processed = 0;
  #mean = 0;
  #weight = 0;

  constructor(startMillis: number) {
    this.#startMillis = startMillis;
    this.#movedMillis = startMillis;
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
      if (processed !== this.#processed) this.#movedMillis = nowMillis;
      this.#lookedMillis = nowMillis;
      this.#processed = processed;
    }
    return this.#weight === 0 ? 0 : this.#mean / this.#weight;
  }

  /**
   * Time that so many further items take; `undefined` when nothing moves. At the rate of the last seconds, or, where an item
   * takes seconds, at that of the whole time.
   */
  millisFor(items: number, nowMillis: number, processed: number): number | undefined {
    const rate = this.ratePerSecond(nowMillis, processed);
    const elapsed = nowMillis - this.#startMillis;
    if (processed <= 0 || elapsed <= 0) return undefined;
    const silent = nowMillis - this.#movedMillis;
    if (silent > 3 * HORIZON_MILLIS && silent > (SILENT_ITEMS * elapsed) / processed) return undefined;
    const isSteady = rate * (HORIZON_MILLIS / 1_000) >= FEW_ITEMS;
    return items * (isSteady ? 1_000 / rate : elapsed / processed);
  }
}
