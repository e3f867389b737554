/** What the metrics ask of an execution, or of a pool, while it lasts. */
export interface Figures {
  /** Items that were processed, failed ones included. */
  readonly processed: number;
  readonly failed: number;
  /** Items that are left; `undefined` when nobody knows. */
  readonly remaining: number | undefined;
  /** Items that wait; `undefined` when that was never said. */
  readonly queued: number | undefined;
  /** Workers at work; `undefined` when there never were any. */
  readonly activeWorkers: number | undefined;
  /** Workers that have nothing to do; `undefined` when nobody knows. */
  readonly idleWorkers: number | undefined;
  /** Items per second. */
  rate(): number;
}
