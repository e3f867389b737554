import type { Resource } from '@opentelemetry/resources';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type {
  CollectedMetric,
  Collection,
  Collector,
  Exemplar,
  ExponentialHistogramValue,
  HistogramValue,
  MetricPoint,
} from '@org/instrument-core';
import { createMetricProducer, metricDataOf } from '../../src/metric-producer.ts';
import { lazyMetricData } from '../../src/otlp-metrics/lazy-metric-data.ts';

export const RESOURCE: Resource = resourceFromAttributes({ 'service.name': 'test', 'host.cpus': 4 });

/** A {@link pointsMetric} but for what is read of its points. */
export type PointsMetricHead = Pick<
  CollectedMetric,
  'descriptor' | 'kind' | 'monotonic' | 'temporality' | 'identity'
>;

/** A {@link CollectedMetric} over points that a test made; `undefined` is a series number without a point. */
export function pointsMetric(
  head: PointsMetricHead,
  series: readonly (MetricPoint | undefined)[],
  exemplar: (series: number, bucket: number) => Exemplar | undefined = () => undefined,
): CollectedMetric {
  const at = (index: number): MetricPoint => {
    const point = series[index];
    if (point === undefined) throw new RangeError(`No point for series ${index}`);
    return point;
  };
  const histogram = (index: number): HistogramValue => at(index).value as HistogramValue;
  const first = series.find((point) => point !== undefined);
  return {
    ...head,
    size: series.length,
    boundaries:
      head.kind === 'histogram' && first !== undefined ? (first.value as HistogramValue).boundaries : [],
    has: (index) => series[index] !== undefined,
    attributes: (index) => at(index).attributes,
    startMillis: (index) => at(index).startMillis,
    value: (index) => {
      const { value } = at(index);
      return typeof value === 'number' ? value : value.sum;
    },
    count: (index) => histogram(index).count,
    min: (index) => histogram(index).min,
    max: (index) => histogram(index).max,
    bucket: (index, bucket) => histogram(index).counts[bucket] as number,
    histogram,
    exponential: (index) => at(index).value as ExponentialHistogramValue,
    exemplar,
    points: () => series.filter((point) => point !== undefined),
  };
}

/** A collection as a reader of the SDK gets it: made in advance, and to be read in place. */
export async function bothForms(
  collection: Collection,
  resource: Resource = RESOURCE,
): Promise<{ eager: ResourceMetrics; lazy: ResourceMetrics }> {
  const collector = { collect: async () => collection } as unknown as Collector;
  const [eager, lazy] = await Promise.all(
    [metricDataOf, lazyMetricData].map((form) => createMetricProducer(collector, resource, form).collect()),
  );
  return { eager: eager!.resourceMetrics, lazy: lazy!.resourceMetrics };
}
