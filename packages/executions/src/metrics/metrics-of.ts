import type { Attributes } from '@opentelemetry/api';
import {
  DEFAULT_CARDINALITY_LIMIT,
  type Meter,
  type MeterProvider,
  ownAttributes,
} from '@org/instrument-core';
import { keyOfLabels } from '../labels.ts';
import { createInstruments, type Instruments, showSeries } from './instruments.ts';
import { ExecutionSeries } from './series.ts';

const SCOPE = '@org/instrument-executions';
/** The specification's series for label sets beyond the limit ("Overflow attribute"). */
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** The metrics of executions and pools of one name. */
export class ExecutionMetrics {
  readonly meter: Meter;
  readonly #instruments: Instruments;
  readonly #series = new Map<string, ExecutionSeries>();

  constructor(meter: Meter, name: string) {
    this.meter = meter;
    this.#instruments = createInstruments(meter, name);
    showSeries(meter, name, () => this.#series.values());
  }

  /** The series of these labels. Beyond the limit of label sets, they share one. */
  series(labels: Attributes): ExecutionSeries {
    const key = keyOfLabels(Object.entries(labels));
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    // One place is kept, as the meter does: observations of several series that it put together would hide each other.
    const isFull = this.#series.size >= DEFAULT_CARDINALITY_LIMIT - 1;
    if (isFull && labels !== OVERFLOW) return this.series(OVERFLOW);
    const series = new ExecutionSeries(ownAttributes(labels), this.#instruments);
    this.#series.set(key, series);
    return series;
  }
}

const known = new WeakMap<MeterProvider, Map<string, ExecutionMetrics>>();

/** The metrics of a name, made when they are first asked for. */
export function metricsOf(provider: MeterProvider, name: string): ExecutionMetrics {
  let byName = known.get(provider);
  if (byName === undefined) {
    byName = new Map();
    known.set(provider, byName);
  }
  let metrics = byName.get(name);
  if (metrics === undefined) {
    metrics = new ExecutionMetrics(provider.getMeter(SCOPE), name);
    byName.set(name, metrics);
  }
  return metrics;
}
