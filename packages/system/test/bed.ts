import type { Attributes } from '@opentelemetry/api';
import { type Collection, type Collector, MeterProvider } from '@org/instrument-core';
import { onTestFinished } from 'vitest';
import { type SystemMetricsOptions, startSystemMetrics } from '../src/index.ts';
import { GROUP_NAMES, type GroupName } from '../src/settings.ts';

/** Values by the values of their attributes: `{ 'eth0,receive': 12 }`, a histogram's being its count. */
export type Values = Readonly<Record<string, number>>;

/** System metrics on meters of their own. */
export interface Bed {
  readonly provider: MeterProvider;
  readonly collector: Collector;
  /** Collects, and gives the values of every metric. */
  collect(collector?: Collector): Promise<Readonly<Record<string, Values>>>;
  stop(): void;
}

/** Starts the given groups only. */
export function startGroups(groups: readonly GroupName[], options: SystemMetricsOptions = {}): Bed {
  const off = GROUP_NAMES.filter((name) => !groups.includes(name)).map((name) => [name, false]);
  return start({ ...Object.fromEntries(off), ...options });
}

/** Starts them, and stops them when the test is over. */
export function start(options: SystemMetricsOptions = {}): Bed {
  const provider = new MeterProvider({});
  const collector = provider.addCollector();
  const { stop } = startSystemMetrics({ meterProvider: provider, ...options });
  onTestFinished(stop);
  return {
    provider,
    collector,
    collect: async (other = collector) => valuesOf(await other.collect()),
    stop,
  };
}

/** Path of a fixture: files as a kernel shows them. */
export function fixture(path: string): string {
  return `${import.meta.dirname}/fixtures/${path}`;
}

function valuesOf({ scopes }: Collection): Record<string, Values> {
  const metrics = scopes.flatMap((scope) => scope.metrics);
  return Object.fromEntries(
    metrics.map((metric) => [
      metric.descriptor.name,
      Object.fromEntries(
        metric
          .points()
          .map(({ attributes, value }) => [
            keyOf(attributes),
            typeof value === 'number' ? value : value.count,
          ]),
      ),
    ]),
  );
}

function keyOf(attributes: Attributes): string {
  return Object.values(attributes).join(',');
}
