import { describeValue, type MeterProvider, meterProvider, type SeriesSnapshot } from '@org/instrument-core';
import { combined, hasAttributes } from './series.ts';
import type { MetricField, MetricSelector, MetricSource } from './source.ts';

/** A figure that was read. */
export interface Reading {
  /** `undefined`: nobody has recorded the metric. */
  readonly value: number | undefined;
  /** UCUM unit of the metric; empty when it has none, or a function gave the value. */
  readonly unit: string;
}

/** How several series make one figure when a check wants another way than {@link combined}. */
export type Combine = (series: readonly SeriesSnapshot[], field: MetricField) => number | undefined;

/** Reads figures for one run of a check: however many, each provider is asked for a snapshot once. */
export interface MetricReader {
  /**
   * `histogramField` is what is read of a histogram when the source names no field.
   *
   * @throws {Error} when a function returns what is no finite number, or something is not recorded as a histogram.
   */
  read(source: MetricSource, histogramField?: MetricField, combine?: Combine): Promise<Reading>;
}

/** Creates the reader of one run. A snapshot costs time in proportion to all series of a provider. */
export function createMetricReader(): MetricReader {
  const snapshots = new Map<MeterProvider, readonly SeriesSnapshot[]>();

  function snapshotOf(provider: MeterProvider): readonly SeriesSnapshot[] {
    let snapshot = snapshots.get(provider);
    if (snapshot === undefined) {
      snapshot = provider.snapshot();
      snapshots.set(provider, snapshot);
    }
    return snapshot;
  }

  return {
    async read(source, histogramField = 'value', combine = combined) {
      if (typeof source === 'function') return { value: checked(await source()), unit: '' };
      const series = matching(snapshotOf(source.provider ?? meterProvider), source);
      const field = source.field ?? (series[0]?.count === undefined ? 'value' : histogramField);
      if (field !== 'value' && series.length > 0 && series.every(({ count }) => count === undefined)) {
        throw new Error(`${source.metric} is no histogram: it has a value and no ${field}`);
      }
      return { value: combine(series, field), unit: series[0]?.unit ?? '' };
    },
  };
}

function matching(
  snapshot: readonly SeriesSnapshot[],
  { metric, attributes = {} }: MetricSelector,
): readonly SeriesSnapshot[] {
  return snapshot.filter((series) => series.name === metric && hasAttributes(series.attributes, attributes));
}

function checked(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`The function of the check returned ${describeValue(value)}, expected a finite number`);
}

/** What a source is called in a reason. */
export function sourceName(source: MetricSource | (() => unknown)): string {
  if (typeof source === 'function')
    return source.name === '' || source.name === 'of' ? 'The figure' : source.name;
  const attributes = Object.entries(source.attributes ?? {}).map(
    ([key, value]) => `${key}=${JSON.stringify(value)}`,
  );
  const field = source.field === undefined || source.field === 'value' ? '' : ` ${source.field}`;
  return `${source.metric}${attributes.length === 0 ? '' : `{${attributes.join(',')}}`}${field}`;
}
