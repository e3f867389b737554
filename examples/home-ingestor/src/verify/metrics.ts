import type { SeriesSnapshot } from '@org/instrument';
import type { Tally } from '../ingest/tally.ts';

/** A figure of the ingestor's own, and what the metrics say of the same. */
export interface Comparison {
  readonly what: string;
  readonly counted: number;
  readonly metric: number;
}

/** Compares what the ingestor counted itself with the totals of the metrics. */
export function compareMetrics(tally: Tally, snapshot: readonly SeriesSnapshot[]): Comparison[] {
  const sum = (name: string, label?: string, value?: unknown): number =>
    snapshot
      .filter((series) => series.name === `ingest.${name}`)
      .filter(({ attributes }) => label === undefined || attributes[label] === value)
      .reduce((total, series) => total + series.value, 0);
  const pairs: [string, number, number][] = [
    ['events written', tally.written, sum('events', 'success', true)],
    ['events malformed', tally.malformed, sum('events', 'success', false)],
    ['events checked', tally.checked, sum('deduplication.checked')],
    ['duplicates', tally.duplicates, sum('deduplication.duplicates')],
    ['bytes in', tally.bytesIn, sum('data.volume', 'direction', 'in')],
    ['bytes out', tally.bytesOut, sum('data.volume', 'direction', 'out')],
    ['errors', tally.errors, sum('errors')],
    ['retries', tally.retries, sum('retries')],
    ['reconnects', tally.reconnects, sum('connection.reconnects')],
    ['circuit changes', tally.circuitChanges, sum('circuit.transitions')],
    ['cache hits', tally.cacheHits, sum('cache.requests', 'result', 'hit')],
    ['cache misses', tally.cacheMisses, sum('cache.requests', 'result', 'miss')],
    ['waiting', 0, sum('queue.depth')],
  ];
  return pairs.map(([what, counted, metric]) => ({ what, counted, metric }));
}
