import { median } from '../numbers.ts';
import type { Role, RoundCost } from './protocol.ts';

/** One round of each role, run one after the other over the same files. */
export type Lap = Readonly<Record<Role, RoundCost>>;

/** What is compared of a round. */
export type Cost = 'cpuMillis' | 'wallMillis';

/** Relative differences, one per lap; 0.01 is one per cent more. */
export interface Differences {
  readonly median: number;
  /** Where the true median is with a confidence of 95 %; with fewer than six laps, their range. */
  readonly low: number;
  readonly high: number;
}

/** What a role costs over the mean of the two rounds without telemetry of the same lap. */
export function overheadOf(laps: readonly Lap[], role: Role, cost: Cost): Differences {
  return differences(laps, (lap) => {
    const base = (perFile(lap.disabled, cost) + perFile(lap.control, cost)) / 2;
    return perFile(lap[role], cost) / base - 1;
  });
}

/** How much the two rounds without telemetry differ: what cannot be told from nothing. */
export function noiseOf(laps: readonly Lap[], cost: Cost): Differences {
  return differences(laps, ({ disabled, control }) => perFile(control, cost) / perFile(disabled, cost) - 1);
}

function perFile(round: RoundCost, cost: Cost): number {
  return round[cost] / round.files;
}

function differences(laps: readonly Lap[], difference: (lap: Lap) => number): Differences {
  const all = laps.map(difference).sort((a, b) => a - b);
  const rank = lowRank(all.length);
  return { median: median(all), low: all[rank] ?? Number.NaN, high: all.at(-1 - rank) ?? Number.NaN };
}

/**
 * Index of the least value that bounds the 95 % confidence interval of the median, whatever the distribution: below
 * the median lie as many values as heads in `count` throws of a coin (the sign test turned round).
 */
function lowRank(count: number): number {
  let rank = 0;
  let probability = 0.5 ** count;
  for (let below = probability; below <= 0.025; rank++) {
    probability *= (count - rank) / (rank + 1);
    below += probability;
  }
  return Math.max(0, rank - 1);
}
