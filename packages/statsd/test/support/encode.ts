import type { Batch } from '../../src/encode/batch.ts';
import { Encoder } from '../../src/encode/encoder.ts';
import type { ExportedMetric, ExportedMetrics, ExportedPoint } from '../../src/exported-metrics.ts';
import type { StatsdOptions } from '../../src/options.ts';
import { resolveSettings } from '../../src/settings.ts';

/** Metrics of one scope. */
export function metricsOf(
  metrics: readonly ExportedMetric[],
  resource: Record<string, string> = {},
): ExportedMetrics {
  return { resource: { attributes: resource }, scopeMetrics: [{ scope: { name: 'test' }, metrics }] };
}

type Point = Pick<ExportedPoint, 'value'> & Partial<ExportedPoint>;

function metricOf(
  name: string,
  type: number,
  more: Partial<ExportedMetric>,
  points: readonly Point[],
): ExportedMetric {
  return {
    descriptor: { name, unit: '' },
    dataPointType: type,
    aggregationTemporality: 0,
    ...more,
    dataPoints: points.map((point) => ({ attributes: {}, startTime: [1, 0], endTime: [2, 0], ...point })),
  };
}

/** A counter with deltas. */
export const counter = (name: string, ...points: Point[]): ExportedMetric =>
  metricOf(name, 3, { isMonotonic: true }, points);
/** A gauge. */
export const gauge = (name: string, ...points: Point[]): ExportedMetric => metricOf(name, 2, {}, points);
/** Any other. */
export const metric = (
  name: string,
  kind: 'histogram' | 'exponential' | 'sum',
  more: Partial<ExportedMetric>,
  ...points: Point[]
): ExportedMetric => metricOf(name, { histogram: 0, exponential: 1, sum: 3 }[kind], more, points);

/** Packets of a batch, as text. */
export function packetsOf({ bytes, starts, ends }: Batch): string[] {
  return starts.map((start, i) => bytes.toString('utf8', start, ends[i]));
}

/** Lines that metrics become. */
export function linesOf(metrics: ExportedMetrics, options: StatsdOptions = {}): string[] {
  const { form } = resolveSettings(options, {});
  return packetsOf(new Encoder(form).encode(metrics, 1_700_000_000_123)).flatMap((packet) =>
    packet.split('\n'),
  );
}
