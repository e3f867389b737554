import type { Attributes } from '@opentelemetry/api';
import type { CollectedMetric, Collector, MeterProvider, MetricPoint } from '@org/instrument-core';
import { addBuckets, type Distribution } from './distribution.ts';
import { hasAttributes } from './series.ts';

/** What an instrumented operation has recorded since its start. */
export interface OperationTotals {
  readonly calls: number;
  readonly successes: number;
  readonly durations: Distribution;
}

/** Totals of an operation, and what its durations are measured in. */
export interface OperationReading {
  readonly totals: OperationTotals;
  /** Unit of the durations; `undefined` when there are none. */
  readonly unit: string | undefined;
  /** The longest duration since the start; 0 when it is not kept. */
  readonly longest: number;
}

/** What has not been called. */
export const NO_CALLS: OperationTotals = { calls: 0, successes: 0, durations: new Map() };

// A collector of totals costs nothing while nobody asks it, and it lives as long as its provider.
const collectors = new WeakMap<MeterProvider, Collector>();

/**
 * Reads `<operation>.calls` and `<operation>.duration`. Not from a snapshot, which has no buckets: quantiles of the
 * latest minutes are made of those. `undefined` when no call has been recorded.
 */
export function readOperation(
  provider: MeterProvider,
  operation: string,
  attributes: Attributes,
): OperationReading | undefined {
  const collector = collectors.get(provider) ?? provider.addCollector();
  collectors.set(provider, collector);
  const metrics = collector.collectNow().scopes.flatMap((scope) => scope.metrics);
  const pointsOf = (name: string): MetricPoint[] =>
    metrics
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap((metric) => metric.points())
      .filter((point) => hasAttributes(point.attributes, attributes));

  const calls = pointsOf(`${operation}.calls`);
  if (calls.length === 0) return undefined;
  const durations = new Map<number, number>();
  let longest = 0;
  for (const { value } of pointsOf(`${operation}.duration`)) {
    addBuckets(durations, value);
    if (typeof value !== 'number') longest = Math.max(longest, value.max ?? 0);
  }
  const successes = calls.filter((point) => String(point.attributes.success) === 'true');
  return {
    totals: { calls: total(calls), successes: total(successes), durations },
    unit: unitOf(metrics, `${operation}.duration`),
    longest,
  };
}

function total(points: readonly MetricPoint[]): number {
  return points.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0);
}

function unitOf(metrics: readonly CollectedMetric[], name: string): string | undefined {
  return metrics.find(({ descriptor }) => descriptor.name === name)?.descriptor.unit;
}
