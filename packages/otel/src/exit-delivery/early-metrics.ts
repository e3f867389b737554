import type { Resource } from '@opentelemetry/resources';
import type { InstrumentType, MeterProvider, Temporality } from '@org/instrument-core';
import type { OtelOptions, OtlpOptions } from '../options.ts';
import { otlpTarget } from '../otlp.ts';
import type { FinalRequest } from './final-request.ts';
import { lastInterval } from './last-interval.ts';

/** Kinds of instruments that each preference wants as deltas, as the SDK's exporter does: readers go on from those that asked for the same. */
const DELTAS: Readonly<Record<NonNullable<OtlpOptions['temporality']>, readonly InstrumentType[]>> = {
  cumulative: [],
  delta: ['COUNTER', 'OBSERVABLE_COUNTER', 'HISTOGRAM', 'GAUGE', 'OBSERVABLE_GAUGE'],
  lowmemory: ['COUNTER', 'HISTOGRAM'],
};

/** The request that delivers all metrics of a process that ends before its readers are attached. */
export function earlyMetrics(
  { metrics, otlp }: OtelOptions,
  resource: Resource,
  provider: MeterProvider,
): FinalRequest[] {
  const target = otlpTarget(otlp, 'metrics');
  if (metrics === false || target === undefined) return [];
  const deltas = DELTAS[(typeof otlp === 'object' ? otlp.temporality : undefined) ?? 'cumulative'];
  const temporality = (type: InstrumentType): Temporality => (deltas.includes(type) ? 'delta' : 'cumulative');
  return lastInterval(target, resource, provider.addCollector({ name: target.url, temporality }));
}
