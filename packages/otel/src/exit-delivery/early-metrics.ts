import type { Resource } from '@opentelemetry/resources';
import type { MeterProvider } from '@org/instrument-core';
import type { OtelOptions } from '../options.ts';
import { otlpTarget } from '../otlp.ts';
import { collectorPreferences, preferencesOf } from '../otlp-metrics/preferences.ts';
import type { FinalRequest } from './final-request.ts';
import { lastInterval } from './last-interval.ts';

/** The request that delivers all metrics of a process that ends before its readers are attached. */
export function earlyMetrics(
  options: OtelOptions,
  resource: Resource,
  provider: MeterProvider,
): FinalRequest[] {
  const target = otlpTarget(options.otlp, 'metrics');
  if (options.metrics === false || target === undefined) return [];
  const collector = provider.addCollector({
    name: target.url,
    ...collectorPreferences(preferencesOf(options)),
  });
  return lastInterval(target, resource, collector);
}
