/** Where the true median lies with a confidence of 95 %; with fewer than six values, their range. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The middle value; the mean of the middle two. NaN for nothing. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median with its interval, whatever the distribution: the sign test turned round. */
export function intervalOf(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = lowRank(sorted.length);
  return {
    median: medianOf(sorted),
    low: sorted[rank] ?? Number.NaN,
    high: sorted.at(-1 - rank) ?? Number.NaN,
  };
}

/** Index of the least value of the interval: below the median lie as many values as heads in `count` throws of a coin. */
function lowRank(count: number): number {
  let rank = 0;
  let probability = 0.5 ** count;
  for (let below = probability; below <= 0.025; rank++) {
    probability *= (count - rank) / (rank + 1);
    below += probability;
  }
  return Math.max(0, rank - 1);
}

/**
 * Williams' square: over as many laps as there are entries (twice as many, if their number is odd), each has each
 * place, and follows each other one, equally often, so that neither drift nor what the last one left behind favours one.
 */
export function williamsOrder<T>(entries: readonly T[], lap: number): T[] {
  const count = entries.length;
  // 0, 1, n-1, 2, n-2, …: neighbours differ by every step once.
  const first = entries.map((_, i) => (i % 2 === 1 ? (i + 1) / 2 : (count - i / 2) % count));
  const order = first.map((index) => entries[(index + lap) % count] as T);
  const isMirrored = count % 2 === 1 && Math.floor(lap / count) % 2 === 1;
  return isMirrored ? order.reverse() : order;
}
