import { median } from '../numbers.ts';
import type { Role, TurnCost } from './protocol.ts';

/** One process of each role, run one after the other over the same files. */
export type Lap = Readonly<Record<Role, TurnCost>>;

/** What is compared of a process. */
export type Cost = 'cpuMillis' | 'wallMillis';

/** A relative difference; 0.01 is one per cent more. */
export interface Difference {
  readonly estimate: number;
  /** Where the true difference is with a confidence of 95 %; with fewer than six laps, their range. */
  readonly low: number;
  readonly high: number;
}

/** What a role costs over the mean of the two processes without telemetry of the same lap. */
export function overheadOf(laps: readonly Lap[], role: Role, cost: Cost): Difference {
  return difference(laps, (lap) => {
    const base = (Math.log(perFile(lap.disabled, cost)) + Math.log(perFile(lap.control, cost))) / 2;
    return Math.log(perFile(lap[role], cost)) - base;
  });
}

/** How much the two processes without telemetry differ: what cannot be told from nothing. */
export function noiseOf(laps: readonly Lap[], cost: Cost): Difference {
  return difference(laps, ({ disabled, control }) =>
    Math.log(perFile(control, cost) / perFile(disabled, cost)),
  );
}

function perFile(process: TurnCost, cost: Cost): number {
  return process[cost] / process.files;
}

/**
 * The Hodges–Lehmann estimate of the laps' log-ratios, and its interval by Wilcoxon's signed-rank test turned round
 * (Hollander, Wolfe & Chicken, "Nonparametric Statistical Methods", 3.2 and 3.3): the median of the means of all pairs,
 * so that one lap that something else has spoilt moves it little.
 */
function difference(laps: readonly Lap[], logRatio: (lap: Lap) => number): Difference {
  const ratios = laps.map(logRatio);
  const means = ratios.flatMap((a, i) => ratios.slice(i).map((b) => (a + b) / 2)).sort((a, b) => a - b);
  const rank = lowRank(ratios.length);
  const share = (log: number | undefined): number => Math.expm1(log ?? Number.NaN);
  return { estimate: share(median(means)), low: share(means[rank]), high: share(means.at(-1 - rank)) };
}

/**
 * Index of the least mean that bounds the interval: the greatest for which a sum of signed ranks below it has a
 * probability of at most 2.5 %, where each of the ranks 1 to `count` is in the sum or not by the toss of a coin.
 */
function lowRank(count: number): number {
  const sums = [1];
  for (let rank = 1; rank <= count; rank++) {
    for (let sum = (rank * (rank + 1)) / 2; sum >= rank; sum--) {
      sums[sum] = (sums[sum] ?? 0) + (sums[sum - rank] ?? 0);
    }
  }
  let index = 0;
  for (let below = sums[0] ?? 0; below <= 0.025 * 2 ** count; index++) below += sums[index + 1] ?? 0;
  return Math.max(0, index - 1);
}
