import { DiagLogLevel, diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type CollectedMetric, MeterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resourceMetricsOf } from '../../../otel/src/metric-producer.ts';
import { lazyMetricData, sourceOf } from '../../../otel/src/otlp-metrics/lazy-metric-data.ts';
import { DIALECT_NAMES } from '../../src/dialect/create-dialect.ts';
import { Encoder } from '../../src/encode/encoder.ts';
import type { ExportedMetric, ExportedMetrics } from '../../src/exported-metrics.ts';
import type { StatsdOptions } from '../../src/options.ts';
import { resolveSettings } from '../../src/settings.ts';
import { counter, gauge, linesOf, metric, metricsOf, packetsOf } from '../support/encode.ts';

let said: string[];
beforeEach(() => {
  said = [];
  const ignore = (): void => {};
  const warn = (text: string): void => void said.push(text);
  diag.setLogger(
    { verbose: ignore, debug: ignore, info: ignore, warn, error: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});
afterEach(() => diag.disable());

const level = (name: string, ...points: Parameters<typeof gauge>[1][]): ExportedMetric =>
  metric(name, 'sum', { aggregationTemporality: 1, isMonotonic: false }, ...points);
const resource = resourceFromAttributes({});

/** Metrics of scopes by their names. */
function scopesOf(scopes: Readonly<Record<string, readonly ExportedMetric[]>>): ExportedMetrics {
  const scopeMetrics = Object.entries(scopes).map(([name, metrics]) => ({ scope: { name }, metrics }));
  return { resource: { attributes: {} }, scopeMetrics };
}

/** Our engine as `init()` attaches it: each flush collects what was recorded, and reads it in place. */
function inPlace(options: StatsdOptions = {}): { provider: MeterProvider; flush(): Promise<string[]> } {
  const provider = new MeterProvider();
  const collector = provider.addCollector({
    temporality: (type) => (type === 'COUNTER' || type === 'HISTOGRAM' ? 'delta' : 'cumulative'),
  });
  const collectedOf = (data: never): CollectedMetric | undefined => sourceOf(data)?.metric;
  const encoder = new Encoder(resolveSettings(options, {}).form, collectedOf);
  return {
    provider,
    async flush() {
      const batch = encoder.encode(resourceMetricsOf(await collector.collect(), resource, lazyMetricData), 0);
      const lines = packetsOf(batch).flatMap((packet) => packet.split('\n'));
      return lines.filter((line) => !line.startsWith('instrument.'));
    },
  };
}

describe('series of one metric whose attributes end up the same', () => {
  it('are one gauge, which has what was recorded last', async () => {
    const { provider, flush } = inPlace();
    const temperature = provider.getMeter('test').createGauge('temp');
    temperature.record(7, { room: 'a_b' });
    temperature.record(1, { room: 'a|b' });
    temperature.record(2, { room: 'c' });
    expect(await flush()).toEqual(['temp:1|g|#room:a_b', 'temp:2|g|#room:c']);
    temperature.record(8, { room: 'a_b' });
    expect(await flush()).toEqual(['temp:8|g|#room:a_b', 'temp:2|g|#room:c']);
    temperature.record(9, { room: 'a b' });
    expect(await flush()).toEqual(['temp:9|g|#room:a_b', 'temp:2|g|#room:c']);
  });

  it.each([
    ['what is cleaned', { room: 'a|b' }, { room: 'a_b' }],
    ['halves of characters', { room: '\ud800' }, { room: '\udbff' }],
    ['a number and its text', { room: 1 }, { room: '1' }],
    ['what is empty', { room: '' }, {}],
    ['keys in an order that cleaning changes', { 'a b': '1', aC: '2' }, { a_b: '1', aC: '2' }],
    ['the same in another order', { a: '1', b: '2' }, { b: '2', a: '1' }],
  ])('are added up where they are those of an up-down counter: %s', async (_, one, other) => {
    const points = [
      { value: 5, attributes: one },
      { value: 3, attributes: other },
    ];
    const lines = linesOf(metricsOf([level('jobs', ...points)]));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^jobs:8\|g/);
    const { provider, flush } = inPlace();
    const jobs = provider.getMeter('test').createUpDownCounter('jobs');
    for (const { value, attributes } of points) jobs.add(value, attributes as Record<string, string>);
    expect(await flush()).toEqual(lines);
  });

  it('are written as they are where a server adds them up', () => {
    const points = ['a|b', 'a_b'].map((room) => ({ value: 2, attributes: { room } }));
    const change = metric('jobs', 'sum', { aggregationTemporality: 0, isMonotonic: false }, ...points);
    expect(linesOf(metricsOf([counter('orders', ...points), change]))).toEqual([
      'orders:2|c|#room:a_b',
      'orders:2|c|#room:a_b',
      'jobs:+2|g|#room:a_b',
      'jobs:+2|g|#room:a_b',
    ]);
  });

  it('go on as one while some of them have nothing to say', () => {
    const encoder = new Encoder(resolveSettings({}, {}).form);
    const say = (...rooms: string[]): string[] => {
      const points = rooms.map((room) => ({ value: 1, attributes: { room } }));
      return packetsOf(encoder.encode(metricsOf([level('jobs', ...points)]), 0)).flatMap((packet) =>
        packet.split('\n'),
      );
    };
    expect(say('a|b', 'a_b', 'c')).toEqual(['jobs:2|g|#room:a_b', 'jobs:1|g|#room:c']);
    expect(say('c', 'a_b')).toEqual(['jobs:1|g|#room:a_b', 'jobs:1|g|#room:c']);
    expect(say('c')).toEqual(['jobs:1|g|#room:c']);
    expect(say('a|b', 'a b', 'a_b')).toEqual(['jobs:3|g|#room:a_b']);
  });

  it('have the statistics of all that they recorded', async () => {
    const options = { histograms: 'statistics', quantiles: [0.5] } as const;
    const explicit = (values: number[]) => ({
      count: values.length,
      sum: values.reduce((sum, value) => sum + value, 0),
      min: Math.min(...values),
      max: Math.max(...values),
      buckets: {
        boundaries: [1, 2],
        counts: [0, 1, 2].map((bucket) => values.filter((v) => Math.ceil(v) - 1 === bucket).length),
      },
    });
    const { provider, flush } = inPlace(options);
    const latency = provider
      .getMeter('test')
      .createHistogram('latency', { advice: { explicitBucketBoundaries: [1, 2] } });
    const recorded: readonly [string, number[]][] = [
      ['/a|b', [0.5, 1.5]],
      ['/a_b', [1.5, 2.5]],
    ];
    const points = recorded.map(([route, values]) => {
      for (const value of values) latency.record(value, { route });
      return { value: explicit(values), attributes: { route } };
    });
    const lines = linesOf(metricsOf([metric('latency', 'histogram', {}, ...points)]), options);
    expect(lines).toEqual([
      'latency.count:4|c|#route:/a_b',
      'latency.sum:6|c|#route:/a_b',
      'latency.min:0.5|g|#route:/a_b',
      'latency.max:2.5|g|#route:/a_b',
      'latency.p50:1.5|g|#route:/a_b',
    ]);
    expect(await flush()).toEqual(lines);
    latency.record(2.5, { route: '/a_b' });
    expect(await flush()).toContain('latency.min:2.5|g|#route:/a_b');
  });

  it('have those of exponential histograms, whatever their scales', () => {
    const points = [0, 1].map((scale) => ({
      value: {
        count: 2,
        sum: 6,
        min: 2.5,
        max: 3.5,
        scale,
        zeroCount: 0,
        positive: { offset: 2 ** scale, bucketCounts: scale === 0 ? [2] : [1, 1] },
        negative: { offset: 0, bucketCounts: [] },
      },
      attributes: { route: scale === 0 ? 'a|b' : 'a_b' },
    }));
    const options = { histograms: 'statistics', quantiles: [0.5] } as const;
    expect(linesOf(metricsOf([metric('size', 'exponential', {}, ...points)]), options)).toEqual([
      'size.count:4|c|#route:a_b',
      'size.sum:12|c|#route:a_b',
      'size.min:2.5|g|#route:a_b',
      'size.max:3.5|g|#route:a_b',
      'size.p50:3|g|#route:a_b',
    ]);
  });
});

describe('metrics that end up the same', () => {
  it.each(DIALECT_NAMES)('leave the gauges to the first, and a warning names both: %s', (dialect) => {
    const encoder = new Encoder(resolveSettings({ dialect }, {}).form);
    const shop = { shop: 'a' };
    const metrics = scopesOf({
      pg: [level('pool.size', { value: 10 }, { value: 4, attributes: shop })],
      redis: [level('pool.size', { value: 3 }, { value: -5, attributes: { shop: 'b' } })],
    });
    for (let flush = 0; flush < 3; flush++) {
      const lines = packetsOf(encoder.encode(metrics, 0)).flatMap((packet) => packet.split('\n'));
      expect(lines.map((line) => /:(-?\d+)\|g/.exec(line)?.[1])).toEqual(['10', '4', '0', '-5']);
      expect(encoder.doubled).toBe(1);
    }
    expect(said).toEqual([
      'StatsD: gauges of "pool.size" of the meter "redis" are left out: "pool.size" of the meter "pg" has the same name and ' +
        'tags there, and of two values a server keeps the last. Rename one with a view, or record an attribute that tells ' +
        'them apart.',
    ]);
  });

  it('go to the other while the first has nothing to say', () => {
    const first = gauge('temp', { value: Number.NaN });
    expect(linesOf(scopesOf({ a: [first], b: [gauge('temp', { value: 2 })] }))).toEqual(['temp:2|g']);
    expect(said).toEqual([]);
  });

  it('are both written where a server adds them up, or tells them apart', () => {
    const orders = counter('orders', { value: 1 });
    const jobs = (queue: string) => level('jobs', { value: 1, attributes: { queue } });
    const metrics = scopesOf({
      a: [orders, jobs('a'), gauge('orders', { value: 3 })],
      b: [orders, jobs('b')],
    });
    expect(linesOf(metrics)).toEqual([
      'orders:1|c',
      'jobs:1|g|#queue:a',
      'orders:3|g',
      'orders:1|c',
      'jobs:1|g|#queue:b',
    ]);
    expect(said).toEqual([]);
  });

  it('are found by what is written of their names', () => {
    const metrics = metricsOf([gauge('pool/size', { value: 1 }), gauge('pool_size', { value: 2 })]);
    expect(linesOf(metrics)).toEqual(['pool_size:1|g']);
  });

  it('are found among statistics', () => {
    const value = { count: 1, sum: 2, min: 2, max: 2, buckets: { boundaries: [], counts: [1] } };
    const latency = metric('latency', 'histogram', {}, { value });
    const options = { histograms: 'statistics', quantiles: [0.5] } as const;
    const lines = linesOf(scopesOf({ a: [gauge('latency.max', { value: 9 })], b: [latency] }), options);
    expect(lines).toEqual([
      'latency.max:9|g',
      'latency.count:1|c',
      'latency.sum:2|c',
      'latency.min:2|g',
      'latency.p50:2|g',
    ]);
  });

  it('are found where tags become levels of a name, and elsewhere are none', () => {
    const metrics = metricsOf([
      gauge('pool', { value: 1, attributes: { size: 'max' } }),
      gauge('pool.size.max', { value: 2 }, { value: 3, attributes: { a: 'b' } }),
    ]);
    expect(linesOf(metrics, { dialect: 'plain' })).toEqual(['pool.size.max:1|g', 'pool.size.max.a.b:3|g']);
    expect(linesOf(metrics)).toHaveLength(3);
  });

  it('of our engine are told apart by their scopes alone, and found', async () => {
    const { provider, flush } = inPlace();
    provider.getMeter('pg').createUpDownCounter('pool.size').add(10);
    provider.getMeter('redis').createUpDownCounter('pool.size').add(3);
    expect(await flush()).toEqual(['pool.size:10|g']);
    expect(said).toHaveLength(1);
  });
});
