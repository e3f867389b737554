import { measure as mitataMeasure } from 'mitata';

/** One comparison: the same work done by us and by a peer. */
export interface Comparison {
  readonly name: string;
  readonly peer: string;
  readonly unit: 'ns' | 'ms' | 'B';
  /** Least ratio (peer ÷ ours) that we want to reach, if there is one. */
  readonly target?: number;
  readonly ours: () => unknown;
  readonly theirs: () => unknown;
}

/** A row of `results.json`. */
export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** peer ÷ ours. */
  readonly ratio: number;
  readonly target: number | undefined;
  readonly unit: string;
}

/** Rounds of ours and theirs in turn; the median of each is kept, so that a slow moment of the machine hits both. */
const ROUNDS = 5;
const NANOS_PER_MILLI = 1e6;

/** Measures both sides alternately in this process. */
export async function compare({ name, peer, unit, target, ours, theirs }: Comparison): Promise<Row> {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(await nanosOf(ours));
    times.theirs.push(await nanosOf(theirs));
  }
  const scale = unit === 'ms' ? NANOS_PER_MILLI : 1;
  const own = median(times.ours) / scale;
  const other = median(times.theirs) / scale;
  return { name, ours: own, peer: other, peerName: peer, ratio: other / own, target, unit };
}

async function nanosOf(work: () => unknown): Promise<number> {
  const { p50 } = await mitataMeasure(work, { min_cpu_time: 100 * NANOS_PER_MILLI, min_samples: 12 });
  return p50;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
