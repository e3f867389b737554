import { best, isWorse, type ResultStatus, type Status, worst } from '../status.ts';

/** Results in a row that it takes to change a status. */
export interface Thresholds {
  /** Results worse than the status, until it gets worse. */
  readonly failure: number;
  /** Results better than the status, until it gets better. */
  readonly success: number;
}

/**
 * The status that results add up to, with hysteresis: it changes when enough results in a row say so, to what all of
 * them agree on: two `unhealthy` and one `degraded` make `degraded`. The first result counts at once, for nothing is
 * known before it.
 */
export class SettledStatus {
  readonly #thresholds: Thresholds;
  #status: Status = 'unknown';
  /** Results in a row on one side of the status, and what they agree on. */
  #streak = 0;
  #agreed: ResultStatus = 'healthy';
  #isWorsening = false;

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds;
  }

  get status(): Status {
    return this.#status;
  }

  /** Takes a result in. `mayImprove`: whether the status may get better now. */
  observe(result: ResultStatus, mayImprove: boolean): void {
    if (this.#status === 'unknown' || result === this.#status) {
      this.#status = result;
      this.#streak = 0;
      return;
    }
    const isWorsening = isWorse(result, this.#status);
    if (this.#streak === 0 || isWorsening !== this.#isWorsening) {
      this.#streak = 0;
      this.#isWorsening = isWorsening;
      this.#agreed = result;
    }
    this.#streak++;
    this.#agreed = (isWorsening ? best(this.#agreed, result) : worst(this.#agreed, result)) as ResultStatus;
    const needed = isWorsening ? this.#thresholds.failure : this.#thresholds.success;
    if (this.#streak < needed || !(isWorsening || mayImprove)) return;
    this.#status = this.#agreed;
    this.#streak = 0;
  }
}
