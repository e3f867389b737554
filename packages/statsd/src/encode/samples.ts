import type { Distribution } from './distribution.ts';
import { neighbour } from './neighbour.ts';
import { sevenDigits } from './seven-digits.ts';

/**
 * Values that stand for what a histogram recorded: as many of them as were recorded, each in the bucket of those it stands
 * for, with the least and the greatest as they were; and their sum is the sum recorded, to seven digits.
 *
 * Each bucket gives one value, all of them at the same share of the way from their lower to their upper bound. As the
 * values recorded lie within their buckets, there is always a share at which the sum comes out right.
 *
 * @param emit is given a value and how many times it stands.
 */
export function eachSample(distribution: Distribution, emit: (value: number, count: number) => void): void {
  const { lows, highs, counts, size, count, sum, min, max } = distribution;
  if (count === 0) return;
  if (count === 1 && sum !== undefined) {
    emit(sum, 1);
    return;
  }
  if (min !== undefined && min === max) {
    emit(min, count);
    return;
  }
  const last = size - 1;
  // Taken out of the first and the last bucket; a single value is both.
  const hasMin = min !== undefined && count > 1;
  const hasMax = max !== undefined && count > 1;
  const left = (bucket: number): number =>
    (counts[bucket] as number) - (hasMin && bucket === 0 ? 1 : 0) - (hasMax && bucket === last ? 1 : 0);
  let least = 0;
  let range = 0;
  for (let i = 0; i <= last; i++) {
    least += left(i) * (lows[i] as number);
    range += left(i) * ((highs[i] as number) - (lows[i] as number));
  }
  const rest = sum === undefined ? undefined : sum - (hasMin ? min : 0) - (hasMax ? max : 0);
  const share = rest === undefined ? 0.5 : range > 0 ? Math.min(Math.max((rest - least) / range, 0), 1) : 0;
  if (hasMin) emit(min, 1);
  for (let i = 0; i <= last; i++) {
    const times = left(i);
    if (times > 0) emit(valueWithin(lows[i] as number, highs[i] as number, share, i === 0), times);
  }
  if (hasMax) emit(max, 1);
}

/** A value at `share` of the way from `low` to `high`; not `low` itself, except where the bucket has it. */
function valueWithin(low: number, high: number, share: number, hasLow: boolean): number {
  if (low === high) return low;
  const exact = low + share * (high - low);
  const short = sevenDigits(exact);
  if (short > low && short <= high) return short;
  if (exact > low || hasLow) return exact;
  // The share is too small to be seen in a double of this size.
  return low < 0 ? -neighbour(-low, -1) : neighbour(low, 1);
}
