import type { Contender, ContenderName } from './contenders.ts';
import type { Round } from './round.ts';
import { type Interval, intervalOf, medianOf } from './statistics.ts';

/** One round of each contender, run one after the other. */
export type Lap = ReadonlyMap<ContenderName, Round>;

/** What is compared of a round. */
export type Cost = 'throughput' | 'cpu';

/** A contender: medians over the laps, and how it differs from `bare`. */
export interface Row {
  readonly name: ContenderName;
  readonly label: string;
  readonly requestsPerSecond: number;
  /** Relative to `bare`: -0.01 is one per cent fewer requests per second. */
  readonly throughput: Interval;
  readonly p50Millis: number;
  readonly p99Millis: number;
  readonly cpuMicrosPerRequest: number;
  /** Relative to `bare`: 0.01 is one per cent more CPU time per request. */
  readonly cpu: Interval;
  readonly loopDelayP99Millis: number;
  readonly loopDelayMaxMillis: number;
  readonly rssBytes: number;
  /** 0 for a service that is not scraped, as `series`. */
  readonly scrapeMillis: number;
  readonly series: number;
  /** Spans that arrived at the receiver; 3 are made. */
  readonly spansPerRequest: number;
  /** CPU time of the service per second: less than 1 when others had its CPU, or the load did not fill it. */
  readonly serviceCpuShare: number;
  /** CPU time of the load per second: near 1, the load is what was measured. */
  readonly loadCpuShare: number;
}

/** Ours against a peer, lap by lap. */
export interface Match {
  readonly ours: ContenderName;
  readonly peer: ContenderName;
  readonly throughput: Interval;
  readonly cpu: Interval;
}

/** Like against like, and what is asked for: the instrumentations with ours against prom-client by hand. */
const MATCHES: readonly (readonly [ContenderName, ContenderName])[] = [
  ['instrument', 'sdk-node'],
  ['instrument-by-hand', 'prom-client'],
  ['instrument-decorated', 'prom-client'],
  ['instrument', 'prom-client'],
  ['instrument-traced', 'sdk-node-traced'],
];

/** The row of each contender. */
export function rowsOf(contenders: readonly Contender[], laps: readonly Lap[]): Row[] {
  return contenders.map(({ name, label }) => {
    const rounds = laps.flatMap((lap) => lap.get(name) ?? []);
    const median = (value: (round: Round) => number): number => medianOf(rounds.map(value));
    return {
      name,
      label,
      requestsPerSecond: median((round) => costOf(round, 'throughput')),
      throughput: differences(laps, name, 'throughput', name === 'control' ? ['bare'] : ['bare', 'control']),
      p50Millis: median(({ load }) => load.p50Millis),
      p99Millis: median(({ load }) => load.p99Millis),
      cpuMicrosPerRequest: median((round) => costOf(round, 'cpu')),
      cpu: differences(laps, name, 'cpu', name === 'control' ? ['bare'] : ['bare', 'control']),
      loopDelayP99Millis: median(({ usage }) => usage.loopDelayP99Millis),
      loopDelayMaxMillis: median(({ usage }) => usage.loopDelayMaxMillis),
      rssBytes: median(({ usage }) => usage.rssBytes),
      scrapeMillis: medianOf(rounds.flatMap(({ scrapes }) => scrapes.millis)) || 0,
      series: median(({ scrapes }) => scrapes.series),
      spansPerRequest: median(({ spans, usage }) => spans / usage.requests),
      serviceCpuShare: median(({ usage }) => usage.cpuMicros / 1e6 / usage.seconds),
      loadCpuShare: median(({ load }) => load.cpuShare),
    };
  });
}

/** Ours against the peers; without those that were not measured. */
export function matchesOf(laps: readonly Lap[]): Match[] {
  const isMeasured = (name: ContenderName): boolean => laps[0]?.has(name) ?? false;
  return MATCHES.filter((match) => match.every(isMeasured)).map(([ours, peer]) => ({
    ours,
    peer,
    throughput: differences(laps, ours, 'throughput', [peer]),
    cpu: differences(laps, ours, 'cpu', [peer]),
  }));
}

/** How a contender differs from the mean of others in the same lap. */
function differences(
  laps: readonly Lap[],
  name: ContenderName,
  cost: Cost,
  others: readonly ContenderName[],
): Interval {
  return intervalOf(
    laps.flatMap((lap) => {
      const own = lap.get(name);
      const base = others.flatMap((other) => lap.get(other) ?? []).map((round) => costOf(round, cost));
      if (own === undefined || base.length === 0) return [];
      return costOf(own, cost) / (base.reduce((sum, value) => sum + value, 0) / base.length) - 1;
    }),
  );
}

function costOf({ load, usage }: Round, cost: Cost): number {
  return cost === 'throughput' ? load.requests / load.seconds : usage.cpuMicros / usage.requests;
}
