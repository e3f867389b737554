import type { HrTime } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { CollectedMetric } from '@org/instrument-core';
import { dataPointsOf, metricHeadOf } from '../metric-producer.ts';

/** What a metric in the SDK's form was made of. */
export interface MetricSource {
  readonly metric: CollectedMetric;
  readonly endTime: HrTime;
}

const sources = new WeakMap<MetricData, MetricSource>();

/**
 * A metric of ours in the SDK's form, whose `dataPoints` are made when somebody asks for them. Cumulative values are
 * read then, so that it is for exporters that take it right after the collection.
 */
export function lazyMetricData(metric: CollectedMetric, endTime: HrTime): MetricData {
  const settle = (dataPoints: MetricData['dataPoints']): MetricData['dataPoints'] => {
    sources.delete(data);
    Object.defineProperty(data, 'dataPoints', { value: dataPoints, writable: true });
    return dataPoints;
  };
  const data = Object.defineProperty(metricHeadOf(metric), 'dataPoints', {
    get: () => settle(dataPointsOf(metric, endTime)),
    set: settle,
    enumerable: true,
    configurable: true,
  }) as MetricData;
  sources.set(data, { metric, endTime });
  return data;
}

/**
 * What to read instead of the points, as long as nobody asked for them; who did may have changed them, and then they
 * are what counts.
 */
export function sourceOf(data: MetricData): MetricSource | undefined {
  return sources.get(data);
}

/** How many points a metric has. Makes none. */
export function pointCount(data: MetricData): number {
  const metric = sources.get(data)?.metric;
  if (metric === undefined) return data.dataPoints.length;
  let count = 0;
  for (let series = 0; series < metric.size; series++) if (metric.has(series)) count++;
  return count;
}
