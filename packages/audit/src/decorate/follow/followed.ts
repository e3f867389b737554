/** A call whose result is being followed: it is told how it ends. What is said after the first end does nothing. */
export interface Followed {
  readonly ended: boolean;
  succeed(result: unknown): void;
  fail(error: unknown): void;
  /** The consumer does not want the rest. */
  cancel(): void;
  /** `handle` is all through which the call can still end: when it is collected, nobody will end it. */
  watch(handle: object): void;
}
