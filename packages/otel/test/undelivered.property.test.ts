import type { Attributes } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import type { MetricData, PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type AggregationOptions, MeterProvider, type Temporality } from '@org/instrument-core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { metricDataOf, resourceMetricsOf } from '../src/metric-producer.ts';
import { PeriodicReader } from '../src/periodic-reader.ts';

const AGGREGATIONS: Readonly<Record<string, AggregationOptions>> = {
  histogram: { type: 'explicit_bucket_histogram', options: { boundaries: [0, 1, 10, 100] } },
  plain: { type: 'explicit_bucket_histogram', options: { boundaries: [], recordMinMax: false } },
  exponential: { type: 'exponential_histogram', options: { maxSize: 4 } },
  fine: { type: 'exponential_histogram' },
};
const INSTRUMENTS = ['counter', 'level', 'observed', ...Object.keys(AGGREGATIONS)] as const;

type Step =
  | { readonly do: 'record'; readonly instrument: string; readonly value: number; readonly plan: number }
  | { readonly do: 'push'; readonly reader: number; readonly outcome: 'delivered' | 'failed' | 'thrown' }
  | { readonly do: 'look' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      instrument: fc.constantFrom(...INSTRUMENTS),
      // Multiples of 1/8, so that sums are exact in whatever order they are added.
      value: fc.integer({ min: -80, max: 8_000 }).map((n) => n / 8),
      plan: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      reader: fc.nat(2),
      outcome: fc.constantFrom('delivered', 'failed', 'failed', 'thrown'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'look' as const }) },
);

/** A receiver that takes what it is told to take, and adds it up. */
class Receiver implements PushMetricExporter {
  outcome: 'delivered' | 'failed' | 'thrown' = 'delivered';
  readonly totals = new Map<string, Total>();

  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    if (this.outcome === 'thrown') throw new Error('the exporter is broken');
    if (this.outcome === 'failed') {
      done({ code: 1, error: new Error('no connection') });
      return;
    }
    for (const { scope, metrics: list } of metrics.scopeMetrics) {
      if (scope.name === 'test')
        for (const data of list) add(this.totals, data, data.aggregationTemporality === 0);
    }
    done({ code: 0 });
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** What a series comes to: numbers by their names, and when its last point ended. */
interface Total {
  readonly figures: Record<string, number>;
  readonly endMillis: number;
}

function add(totals: Map<string, Total>, data: MetricData, isDelta: boolean): void {
  for (const { attributes, value, startTime, endTime } of data.dataPoints) {
    const key = JSON.stringify([data.descriptor.name, attributes]);
    const before = isDelta ? totals.get(key) : undefined;
    const [startMillis = 0, endMillis = 0] = [startTime, endTime].map(([s, ns]) => s * 1_000 + ns / 1e6);
    // Intervals of one series follow each other, whatever failed between them.
    if (before !== undefined) expect(startMillis).toBeGreaterThanOrEqual(before.endMillis);
    totals.set(key, { figures: sum(before?.figures ?? {}, figuresOf(value)), endMillis });
  }
}

function sum(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const all = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const known = all[name];
    if (known === undefined) all[name] = value;
    else if (name === 'min') all[name] = Math.min(known, value);
    else if (name === 'max') all[name] = Math.max(known, value);
    else all[name] = known + value;
  }
  return all;
}

function figuresOf(value: MetricData['dataPoints'][number]['value']): Record<string, number> {
  if (typeof value === 'number') return { value };
  const { count, min, max } = value;
  const shared = {
    count,
    ...(value.sum === undefined ? {} : { sum: value.sum }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
  if ('buckets' in value) {
    return { ...shared, ...Object.fromEntries(value.buckets.counts.map((n, i) => [`bucket ${i}`, n])) };
  }
  // At the coarsest scale two intervals can be compared whatever their own scales were.
  const figures: Record<string, number> = { ...shared, zeroCount: value.zeroCount };
  for (const sign of ['positive', 'negative'] as const) {
    const { offset, bucketCounts } = value[sign];
    for (const [i, n] of bucketCounts.entries()) {
      if (n === 0) continue;
      const name = `${sign} ${(offset + i) >> (value.scale - COARSE)}`;
      figures[name] = (figures[name] ?? 0) + n;
    }
  }
  return figures;
}

/** At this scale, in which a bucket spans a factor of 2^4, four of them hold 1/8 to 1,000. */
const COARSE = -2;

async function run(temporalities: readonly Temporality[], steps: readonly Step[]): Promise<void> {
  const provider = new MeterProvider({
    views: Object.entries(AGGREGATIONS).map(([instrumentName, aggregation]) => ({
      instrumentName,
      aggregation,
    })),
  });
  const meter = provider.getMeter('test');
  const observed = new Map<number, number>();
  meter.createObservableCounter('observed').addCallback((result) => {
    for (const [plan, total] of observed) result.observe(total, { plan });
  });
  const record: Record<string, (value: number, attributes: Attributes) => void> = {
    counter: (value, attributes) => meter.createCounter('counter').add(Math.abs(value), attributes),
    level: (value, attributes) => meter.createUpDownCounter('level').add(value, attributes),
    observed: (value, { plan }) => {
      observed.set(plan as number, (observed.get(plan as number) ?? 0) + Math.abs(value));
    },
  };
  for (const name of Object.keys(AGGREGATIONS)) {
    record[name] = (value, attributes) => meter.createHistogram(name).record(value, attributes);
  }
  const readers = temporalities.map((temporality) => {
    const receiver = new Receiver();
    const collector = provider.addCollector({ temporality: () => temporality });
    const reader = new PeriodicReader({
      exporter: receiver,
      collector,
      toMetrics: (collection) => resourceMetricsOf(collection, emptyResource(), metricDataOf),
      intervalMillis: 1_000_000,
      timeoutMillis: 1_000_000,
      flushMillis: 1_000_000,
      stop: new AbortController().signal,
    });
    let doubts = 0;
    const push = async (outcome: Receiver['outcome']): Promise<void> => {
      // What breaks the exporter three times in a row is given up, which is not what is looked at here.
      doubts = outcome === 'thrown' ? doubts + 1 : 0;
      receiver.outcome = doubts >= 3 ? 'failed' : outcome;
      if (doubts >= 3) doubts = 0;
      vi.advanceTimersByTime(1_000);
      await reader.flush();
    };
    return { receiver, reader, push };
  });
  for (const taken of steps) {
    vi.advanceTimersByTime(10);
    if (taken.do === 'record') record[taken.instrument]?.(taken.value, { plan: taken.plan });
    else if (taken.do === 'push') await readers[taken.reader]?.push(taken.outcome);
    else provider.snapshot();
  }
  const whole = new Map<string, Total>();
  const collection = await provider.addCollector().collect();
  for (const { scope, metrics } of collection.scopes) {
    if (scope.name !== 'test') continue;
    for (const metric of metrics) add(whole, metricDataOf(metric, [0, 0]), false);
  }
  const expected = Object.fromEntries([...whole].map(([key, { figures }]) => [key, figures]));
  for (const { receiver, reader, push } of readers) {
    await push('delivered');
    const delivered = [...receiver.totals].map(([key, { figures }]) => [key, figures]);
    expect(Object.fromEntries(delivered)).toEqual(expected);
    await reader.shutdown();
  }
}

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 }));
afterAll(() => void vi.useRealTimers());

it('delivered deltas add up to the totals, whichever pushes failed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Temporality>('delta', 'delta', 'cumulative'), { minLength: 1, maxLength: 3 }),
      fc.array(step, { maxLength: 60 }),
      run,
    ),
    { numRuns: 1_000 },
  );
});
