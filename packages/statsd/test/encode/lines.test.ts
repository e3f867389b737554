import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../src/dialect/create-dialect.ts';
import { Encoder } from '../../src/encode/encoder.ts';
import { resolveSettings } from '../../src/settings.ts';
import { parseAsCollector } from '../oracle/collector-grammar.ts';
import { parseAsStatsdExporter } from '../oracle/statsd-exporter-grammar.ts';
import { counter, gauge, linesOf, metric, metricsOf, packetsOf } from '../support/encode.ts';
import { hostileAttributes, hostileText } from '../support/hostile.ts';

const histogram = (value: object, unit = '') =>
  metric('latency', 'histogram', { descriptor: { name: 'latency', unit } }, { value });
const THREE = {
  count: 3,
  sum: 0.6,
  min: 0.1,
  max: 0.3,
  buckets: { boundaries: [0.15, 1], counts: [1, 2, 0] },
};

describe('counters', () => {
  it('say what was added, and nothing where nothing was', () => {
    const metrics = metricsOf([
      counter('orders', { value: 5 }, { value: 0, attributes: { a: 'b' } }, { value: 0.5 }),
    ]);
    expect(linesOf(metrics)).toEqual(['orders:5|c', 'orders:0.5|c']);
  });

  it('of totals say by how much they rose, and begin anew when their start does', () => {
    const encoder = new Encoder(resolveSettings({}, {}).form);
    const say = (value: number, start: number) =>
      packetsOf(
        encoder.encode(
          metricsOf([
            metric(
              'orders',
              'sum',
              { aggregationTemporality: 1, isMonotonic: true },
              { value, startTime: [start, 0], attributes: { plan: 'pro' } },
            ),
          ]),
          0,
        ),
      );
    expect([say(5, 1), say(8, 1), say(8, 1), say(2, 2), say(1, 2)]).toEqual([
      ['orders:5|c|#plan:pro'],
      ['orders:3|c|#plan:pro'],
      [],
      ['orders:2|c|#plan:pro'],
      ['orders:1|c|#plan:pro'],
    ]);
  });
});

describe('gauges', () => {
  it('below zero are set to zero first', () => {
    expect(linesOf(metricsOf([gauge('level', { value: -2.5 })]))).toEqual(['level:0|g', 'level:-2.5|g']);
    expect(linesOf(metricsOf([gauge('level', { value: -0 })]))).toEqual(['level:0|g']);
  });

  it('are what up-down counters are, and change by what they changed', () => {
    const sum = (aggregationTemporality: number, value: number) =>
      linesOf(metricsOf([metric('jobs', 'sum', { aggregationTemporality, isMonotonic: false }, { value })]));
    expect(sum(1, 3)).toEqual(['jobs:3|g']);
    expect([sum(0, 3), sum(0, -3), sum(0, 0)]).toEqual([['jobs:+3|g'], ['jobs:-3|g'], []]);
  });

  it('that are infinite or no number are left out', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => ({
      value,
    }));
    expect(linesOf(metricsOf([gauge('level', ...values)]))).toEqual([]);
  });
});

describe('histograms', () => {
  it('are distributions in DogStatsD, and timers in milliseconds in the others', () => {
    expect(linesOf(metricsOf([histogram(THREE, 's')]))).toEqual([
      'latency:0.1|d',
      'latency:0.2|d',
      'latency:0.3|d',
    ]);
    expect(linesOf(metricsOf([histogram(THREE, 's')]), { dialect: 'influx' })).toEqual([
      'latency:100|ms',
      'latency:200|ms',
      'latency:300|ms',
    ]);
    expect(linesOf(metricsOf([histogram(THREE, 'By')]), { sampleType: 'ms' })[0]).toBe('latency:0.1|ms');
  });

  it('say how many values a line stands for', () => {
    const value = { count: 10, sum: 20, min: 1, max: 3, buckets: { boundaries: [5], counts: [10, 0] } };
    expect(linesOf(metricsOf([histogram(value)]))).toEqual([
      'latency:1|d',
      'latency:2|d|@0.125',
      'latency:3|d',
    ]);
  });

  it('have their values packed from protocol 1.1 on', () => {
    const options = { protocolVersion: '1.1', tags: { env: 'test' } } as const;
    expect(linesOf(metricsOf([histogram(THREE)]), options)).toEqual(['latency:0.1:0.2:0.3|d|#env:test']);
  });

  it('pack no more values into a line than a packet holds', () => {
    const counts = new Array<number>(200).fill(1);
    const value = {
      count: 200,
      sum: 19_900,
      buckets: { boundaries: counts.slice(1).map((_, i) => i), counts },
    };
    const lines = linesOf(metricsOf([histogram(value)]), { protocolVersion: '1.1', maxPacketBytes: 256 });
    expect(lines.length).toBeLessThan(10);
    expect(lines.every((line) => line.length <= 256)).toBe(true);
    expect(lines.flatMap((line) => parseAsStatsdExporter(line))).toHaveLength(200);
  });

  it('are statistics when asked for', () => {
    const options = { histograms: 'statistics', quantiles: [0.5, 0.99, 0.999] } as const;
    expect(linesOf(metricsOf([histogram(THREE, 's')]), options)).toEqual([
      'latency.count:3|c',
      'latency.sum:0.6|c',
      'latency.min:0.1|g',
      'latency.max:0.3|g',
      'latency.p50:0.1875|g',
      'latency.p99:0.29775|g',
      'latency.p999:0.299775|g',
    ]);
    expect(linesOf(metricsOf([histogram(THREE, 's')]), { histograms: 'both', sampleType: 'ms' })).toContain(
      'latency.sum:600|c',
    );
  });

  it('that are exponential have a value in each bucket', () => {
    const value = {
      count: 3,
      sum: -1.5,
      scale: 0,
      zeroCount: 1,
      positive: { offset: 0, bucketCounts: [1] },
      negative: { offset: 0, bucketCounts: [0, 1] },
    };
    const lines = linesOf(metricsOf([metric('size', 'exponential', {}, { value })]));
    const values = lines.map((line) => parseAsCollector(line).value);
    expect(values).toHaveLength(3);
    expect(values[0]).toBeGreaterThanOrEqual(-4);
    expect(values[0]).toBeLessThan(-2);
    expect(values[1]).toBe(0);
    expect(values[2]).toBeGreaterThan(1);
    expect(values[2]).toBeLessThanOrEqual(2);
  });
});

describe('tags', () => {
  it('are those of the series, of all series, and of the resource where its names match', () => {
    const metrics = metricsOf([counter('orders', { value: 1, attributes: { plan: 'pro', zone: 'b' } })], {
      'service.name': 'shop',
      'host.name': 'h1',
    });
    const options = {
      prefix: 'shop',
      tags: { env: 'test', zone: 'a' },
      resourceTags: '^service\\.',
    } as const;
    expect(linesOf(metrics, options)).toEqual([
      'shop.orders:1|c|#env:test,plan:pro,service.name:shop,zone:b',
    ]);
  });

  it('stand in the same order whoever recorded them', () => {
    const metrics = metricsOf([
      counter(
        'orders',
        { value: 1, attributes: { b: '1', a: '2' } },
        { value: 2, attributes: { a: '2', b: '1' } },
      ),
    ]);
    expect(linesOf(metrics)).toEqual(['orders:1|c|#a:2,b:1', 'orders:2|c|#a:2,b:1']);
  });

  it('have lists, numbers and truth values as text; what is empty is left out', () => {
    const attributes = { list: ['a', 'b'], number: 1.5, truth: false, empty: '', '': 'x' };
    expect(linesOf(metricsOf([counter('orders', { value: 1, attributes })]))).toEqual([
      'orders:1|c|#list:a;b,number:1.5,truth:false',
    ]);
  });

  it('follow a resource whose attributes come later', () => {
    const encoder = new Encoder(resolveSettings({ resourceTags: 'host' }, {}).form);
    const metrics = [counter('orders', { value: 1 })];
    expect(packetsOf(encoder.encode(metricsOf(metrics), 0))).toEqual(['orders:1|c']);
    expect(packetsOf(encoder.encode(metricsOf(metrics, { host: 'h1' }), 0))).toEqual(['orders:1|c|#host:h1']);
  });
});

describe('DogStatsD by version', () => {
  const metrics = metricsOf([counter('orders', { value: 1 }), histogram(THREE)], { 'container.id': 'abc' });

  it('has containers from 1.2 on', () => {
    expect(linesOf(metrics, { protocolVersion: '1.2' })).toEqual([
      'orders:1|c|#|c:abc',
      'latency:0.1:0.2:0.3|d|#|c:abc',
    ]);
    expect(linesOf(metrics, { protocolVersion: '1.2', containerId: false })[0]).toBe('orders:1|c');
    expect(linesOf(metrics, { protocolVersion: '1.2', containerId: 'ci-x', tags: { a: 'b' } })[0]).toBe(
      'orders:1|c|#a:b|c:ci-x',
    );
  });

  it('has the time of counts and gauges from 1.3 on, when asked for', () => {
    const options = { protocolVersion: '1.3', timestamps: true, containerId: false } as const;
    expect(linesOf(metrics, options)).toEqual(['orders:1|c|T1700000000', 'latency:0.1:0.2:0.3|d']);
  });
});

describe('whatever is recorded', () => {
  it.each(DIALECT_NAMES)('%s: as many lines as values, to both grammars', (dialect) => {
    const numbers = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(0, -0, 1e-7, 1e21, Number.MAX_VALUE, 5e-324),
    );
    fc.assert(
      fc.property(
        hostileText,
        hostileAttributes,
        numbers,
        hostileAttributes,
        (name, attributes, value, tags) => {
          const lines = linesOf(metricsOf([gauge(name, { value, attributes })]), { dialect, tags });
          const parsed = lines.flatMap((line) => parseAsStatsdExporter(line));
          expect(lines.map((line) => parseAsCollector(line).value)).toEqual(
            parsed.map((sample) => sample.value),
          );
          expect(parsed.map((sample) => sample.value)).toEqual(
            Number.isFinite(value) ? (value < 0 ? [0, value] : [Math.abs(value)]) : [],
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
