/** An item that failed. */
export interface MapFailure {
  /** Number of the item, from 0. */
  readonly index: number;
  /** What was thrown for it, as it is. */
  readonly error: unknown;
}

/** Items of a map, or of a stream, failed that was to go on nevertheless (`stopOnError: false`). */
export class MapError<R = unknown> extends AggregateError {
  override readonly name = 'MapError';
  /** What failed, in the order of the items; `errors` has the errors alone. Of a stream, the first 1,000. */
  readonly failures: readonly MapFailure[];
  /** Results of the other items, each in its place: where an item failed there is a hole. Of a stream none: they were given. */
  readonly results: readonly (R | undefined)[];

  constructor(message: string, failures: readonly MapFailure[], results: readonly (R | undefined)[] = []) {
    super(
      failures.map(({ error }) => error),
      message,
    );
    this.failures = failures;
    this.results = results;
  }
}
