import type { Attributes } from '@opentelemetry/api';
import type {
  CollectedMetric,
  Collection,
  Exemplar,
  ExponentialHistogramValue,
  HistogramValue,
  InstrumentType,
  MetricKind,
  MetricPoint,
  Temporality,
} from '@org/instrument-core';

type Value = number | HistogramValue | ExponentialHistogramValue;

/** One series of a {@link memoryMetric}. */
export interface MemorySeries {
  attributes?: Attributes;
  value: Value;
  /** By bucket. */
  exemplars?: Record<number, Exemplar>;
}

/** A metric held in memory; what is left out is that of a counter without unit or description. */
export interface MemoryMetric {
  name: string;
  kind?: MetricKind;
  monotonic?: boolean;
  unit?: string;
  description?: string;
  type?: InstrumentType;
  temporality?: Temporality;
  identity?: object;
  /** `undefined` is a series number without a point. */
  series: (MemorySeries | undefined)[];
}

const NO_BOUNDARIES: readonly number[] = [];

/** A {@link CollectedMetric} over plain data, for tests that need no engine. It reads `series` when asked, as a live one does. */
export function memoryMetric(metric: MemoryMetric): CollectedMetric {
  const { kind = 'sum', monotonic = kind === 'sum', series } = metric;
  const at = (index: number): MemorySeries => series[index]!;
  const histogram = (index: number): HistogramValue => at(index).value as HistogramValue;
  return {
    descriptor: {
      name: metric.name,
      description: metric.description ?? '',
      unit: metric.unit ?? '',
      type: metric.type ?? defaultType(kind, monotonic),
      integer: false,
    },
    kind,
    monotonic,
    temporality: metric.temporality ?? 'cumulative',
    identity: metric.identity ?? metric,
    get size() {
      return series.length;
    },
    has: (index) => series[index] !== undefined,
    attributes: (index) => at(index).attributes ?? {},
    startMillis: () => 0,
    value: (index) => {
      const { value } = at(index);
      return typeof value === 'number' ? value : value.sum;
    },
    count: (index) => {
      const { value } = at(index);
      return typeof value === 'number' ? 0 : value.count;
    },
    get boundaries() {
      const first = series.findIndex((one) => one !== undefined);
      return kind === 'histogram' && first !== -1 ? histogram(first).boundaries : NO_BOUNDARIES;
    },
    min: (index) => histogram(index).min,
    max: (index) => histogram(index).max,
    bucket: (index, bucket) => histogram(index).counts[bucket] ?? 0,
    histogram,
    exponential: (index) => at(index).value as ExponentialHistogramValue,
    exemplar: (index, bucket) => at(index).exemplars?.[bucket],
    points: (): MetricPoint[] =>
      series.flatMap((one) =>
        one === undefined ? [] : [{ attributes: one.attributes ?? {}, startMillis: 0, value: one.value }],
      ),
  };
}

function defaultType(kind: MetricKind, monotonic: boolean): InstrumentType {
  if (kind === 'sum') return monotonic ? 'COUNTER' : 'UP_DOWN_COUNTER';
  return kind === 'gauge' ? 'GAUGE' : 'HISTOGRAM';
}

/** A collection of one scope. */
export function collection(
  metrics: readonly (MemoryMetric | CollectedMetric)[],
  scope: { name?: string; version?: string; schemaUrl?: string } = {},
): Collection {
  return {
    timeMillis: 1_700_000_000_123,
    errors: [],
    scopes: [
      {
        scope: { name: scope.name ?? 'test', version: scope.version ?? '', schemaUrl: scope.schemaUrl },
        metrics: metrics.map((metric) => ('descriptor' in metric ? metric : memoryMetric(metric))),
      },
    ],
  };
}

/** Value of an explicit-bucket histogram with these counts, one more than boundaries. */
export function histogramValue(boundaries: number[], counts: number[], sum: number): HistogramValue {
  const count = counts.reduce((total, one) => total + one, 0);
  return { count, sum, min: undefined, max: undefined, boundaries, counts };
}
