import type { Attributes } from '@opentelemetry/api';
import type {
  CollectedMetric,
  Collection,
  Collector,
  CollectorOptions,
  HistogramValue,
  MetricPoint,
} from '../src/index.ts';

/** A reader of delta temporality. */
export const DELTA: CollectorOptions = { temporality: () => 'delta' };

/** One metric of a collection, found by its name. */
export function metricOf({ scopes }: Collection, name: string): CollectedMetric | undefined {
  return scopes.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === name);
}

/** Names of the metrics of one scope, in the order of the collection. */
export function metricNames({ scopes }: Collection, scope = 'test'): string[] {
  return scopes
    .filter((collected) => collected.scope.name === scope)
    .flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
}

/** Collects, and gives the points of a metric; none when it was not exported. */
export async function pointsOf(collector: Collector, name: string): Promise<MetricPoint[]> {
  return metricOf(await collector.collect(), name)?.points() ?? [];
}

/** Collects, and gives attributes and value of each point of a metric. */
export async function valuesOf(
  collector: Collector,
  name: string,
): Promise<[Attributes, MetricPoint['value']][]> {
  return (await pointsOf(collector, name)).map(({ attributes, value }) => [attributes, value]);
}

/** Collects, and gives the only point of a metric as the histogram that it is. */
export async function histogramOf(collector: Collector, name: string): Promise<HistogramValue> {
  const points = await pointsOf(collector, name);
  if (points.length !== 1) throw new Error(`${name} has ${points.length} points, not one`);
  return points[0]?.value as HistogramValue;
}
