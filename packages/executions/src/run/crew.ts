/** A pool that works for an execution. */
export interface Crew {
  /** Items that wait for it. */
  readonly queued: number;
  /** Of its workers, those that have nothing to do. */
  readonly idle: number;
}
