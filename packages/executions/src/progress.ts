/** How far an execution has come. */
export interface Progress {
  /** Items that were processed, failed ones included. */
  readonly processed: number;
  readonly failed: number;
  /** Items that there are; `undefined` when nobody knows. */
  readonly total: number | undefined;
  /** 0 to 100; `undefined` when the total is unknown. */
  readonly percentage: number | undefined;
  /**
   * Items per second: the mean of the past, in which what is ten seconds old weighs 1/e of what is new (an exponentially
   * weighted mean, without the bias to its beginning). An execution younger than that has its plain mean, nearly.
   */
  readonly ratePerSecond: number;
  /**
   * Time that the rest takes: at this rate, or at the mean of the whole time where an item takes seconds; `undefined` when the
   * total is unknown or nothing moves (for half a minute, and ten times what an item takes).
   */
  readonly remainingMillis: number | undefined;
  readonly elapsedMillis: number;
  /** Chunks that are complete. */
  readonly chunks: number;
  /** Workers at work. */
  readonly activeWorkers: number;
}

/** What {@link Progress} is reckoned from. */
export type ProgressFacts = Omit<Progress, 'percentage' | 'remainingMillis'>;

const FULL = 100;

/**
 * Adds what follows from the facts. More items than there were said to be are 100 %. `millisFor`: the time that so many items
 * take; at the rate unless given.
 */
export function progressOf(
  facts: ProgressFacts,
  millisFor: (items: number) => number | undefined = (items) => millisAt(facts.ratePerSecond, items),
): Progress {
  const { processed, total } = facts;
  if (total === undefined) return { ...facts, percentage: undefined, remainingMillis: undefined };
  const remaining = Math.max(0, total - processed);
  return {
    ...facts,
    percentage: remaining === 0 ? FULL : (processed / total) * FULL,
    remainingMillis: remaining === 0 ? 0 : millisFor(remaining),
  };
}

function millisAt(ratePerSecond: number, items: number): number | undefined {
  return ratePerSecond > 0 ? (items / ratePerSecond) * 1_000 : undefined;
}
