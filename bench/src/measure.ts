import { measure as mitataMeasure } from 'mitata';

/**
 * What we want of a row, as a number and what it is about: the ratio (peer ÷ ours) at least, our share of the peer's
 * (ours ÷ peer) at most, our own figure at most, or our own rate at least.
 */
export interface Target {
  readonly of: 'ratio' | 'share' | 'ours' | 'rate';
  readonly value: number;
}

/** The peer takes at least so many times what we take. */
export const atLeast = (ratio: number): Target => ({ of: 'ratio', value: ratio });
/** We take at most this share of what the peer takes. */
export const shareAtMost = (share: number): Target => ({ of: 'share', value: share });
/** We take at most so many of the row's unit. */
export const oursAtMost = (value: number): Target => ({ of: 'ours', value });

/** We do at least so many of the row's unit. */
export const oursAtLeast = (value: number): Target => ({ of: 'rate', value });

/** Of rates more is better. */
export type Unit = 'ns' | 'µs' | 'ms' | 'B' | '%' | 'entries/s' | 'MB/s';

/** What one thing costs with us and with a peer. */
export interface Finding {
  readonly name: string;
  /** Whom we are compared with. */
  readonly peer: string;
  readonly unit: Unit;
  readonly target?: Target | undefined;
  readonly ours: number;
  readonly theirs: number;
  /** What has been taken off both, where an overhead is meant. */
  readonly bare?: number | undefined;
}

/** One comparison: the same work done by us and by a peer. */
export interface Comparison extends Omit<Finding, 'ours' | 'theirs' | 'bare'> {
  readonly ours: () => unknown;
  readonly theirs: () => unknown;
  /** The work without any telemetry, taken off ours, so that what is left is the overhead. */
  readonly bare?: () => unknown;
  /** What is taken off theirs: `bare` unless said otherwise, nothing when `undefined`. */
  readonly theirBare?: (() => unknown) | undefined;
}

/** Rounds of each in turn; the median of each is kept, so that a slow moment of the machine hits all. */
const ROUNDS = 5;
/** A scrape takes up to a second, so that its rounds last long enough to even out a slow moment. */
const SLOW_ROUNDS = 3;
const NANOS_PER_MILLI = 1e6;

/** Measures both sides alternately in this process. */
export async function compare(comparison: Comparison): Promise<Finding> {
  const { name, peer, unit, target, ours, theirs, bare } = comparison;
  const theirBare = 'theirBare' in comparison ? comparison.theirBare : bare;
  const rounds = unit === 'ms' ? SLOW_ROUNDS : ROUNDS;
  const works = [ours, theirs, bare, theirBare === bare ? undefined : theirBare];
  const [own = 0, other = 0, ownBare = 0, otherBare = 0] = await alternate(works, rounds);
  const scale = unit === 'ms' ? NANOS_PER_MILLI : 1;
  return {
    name,
    peer,
    unit,
    target,
    ours: (own - ownBare) / scale,
    theirs: (other - (theirBare === bare ? ownBare : otherBare)) / scale,
    bare: bare === undefined ? undefined : ownBare / scale,
  };
}

/** Median nanoseconds of each work, measured in turn, round by round; 0 for a work that is not there. */
export async function alternate(
  works: readonly ((() => unknown) | undefined)[],
  rounds: number = ROUNDS,
): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) times[i]?.push(work === undefined ? 0 : await nanosOf(work));
  }
  return times.map(median);
}

async function nanosOf(work: () => unknown): Promise<number> {
  const { p50 } = await mitataMeasure(work, { min_cpu_time: 100 * NANOS_PER_MILLI, min_samples: 12 });
  // Sockets and timers of what was measured get their turn outside of the measurement.
  await new Promise(setImmediate);
  return p50;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
