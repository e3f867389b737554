import { type Attributes, type AttributeValue, diag } from '@opentelemetry/api';
import { type Collection, MeterProvider } from '@org/instrument-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExpositionOptions } from '../../src/prometheus/exposition.ts';
import { attributeLabels } from '../../src/prometheus/labels.ts';
import { createSerializer, type ExpositionSerializer } from '../../src/prometheus/serializer.ts';
import { collection, histogramValue, type MemoryMetric } from './memory-metric.ts';

let warnings: string[];
beforeEach(() => {
  warnings = [];
  const ignore = (): void => {};
  const warn = (message: string): void => void warnings.push(message);
  diag.setLogger({ error: ignore, warn, info: ignore, debug: ignore, verbose: ignore });
});
afterEach(() => diag.disable());

function serializer(options: ExpositionOptions = { withoutScopeInfo: true }): ExpositionSerializer {
  return createSerializer({ withoutTargetInfo: true, ...options });
}

/** The lines of samples. */
function lines(collections: Collection[], to = serializer()): string[] {
  const text = to.serialize({ resource: {}, collections }, 'prometheus').toString();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const counter = (name: string, value: number, attributes = {}, unit = ''): MemoryMetric => ({
  name,
  unit,
  series: [{ value, attributes }],
});
const duration = (count: number): MemoryMetric => ({
  name: 'http.client.request.duration',
  kind: 'histogram',
  unit: 's',
  series: [{ value: histogramValue([1], [count, 0], count), attributes: { host: 'a' } }],
});

it('of two scopes that look alike without scope labels the first histogram is shown, once', () => {
  const shown = lines([
    collection([duration(1)], { name: 'http' }),
    collection([duration(9)], { name: 'undici' }),
  ]);
  expect(shown).toEqual([
    'http_client_request_duration_seconds_bucket{host="a",le="1"} 1',
    'http_client_request_duration_seconds_bucket{host="a",le="+Inf"} 1',
    'http_client_request_duration_seconds_sum{host="a"} 1',
    'http_client_request_duration_seconds_count{host="a"} 1',
  ]);
  expect(warnings).toEqual([
    expect.stringMatching(/"http\.client\.request\.duration" are left out .* withoutScopeInfo/),
  ]);
});

it('of names that become one the first metric is shown, whatever the order of its labels', () => {
  expect(lines([collection([counter('foo.bar', 1), counter('foo_bar', 2)])])).toEqual(['foo_bar_total 1']);
  expect(lines([collection([counter('io', 3, {}, 'By'), counter('io.bytes', 4)])])).toEqual([
    'io_bytes_total 3',
  ]);
  const ab = counter('a.b', 1, { x: '1', y: '2', none: '' });
  const ba = counter('a_b', 2, { y: '2', x: '1' });
  expect(lines([collection([ab, ba])])).toEqual(['a_b_total{x="1",y="2"} 1']);
});

it('what differs in an attribute or in the scope is shown, and nothing is said', () => {
  const two = [collection([counter('jobs', 1, { kind: 'a' })], { name: 'one' })];
  two.push(collection([counter('jobs', 2, { kind: 'b' })], { name: 'two' }));
  expect(lines(two)).toEqual(['jobs_total{kind="a"} 1', 'jobs_total{kind="b"} 2']);
  const alike = ['one', 'two'].map((name, i) => collection([counter('jobs', i)], { name }));
  expect(lines(alike, serializer({}))).toEqual([
    'jobs_total{otel_scope_name="one"} 0',
    'jobs_total{otel_scope_name="two"} 1',
  ]);
  expect(warnings).toEqual([]);
});

it('an attribute with the name of a label of scopes makes a series of no other scope', () => {
  const shown = lines(
    [
      collection([counter('io', 1, { 'otel.scope.version': '1' })], { name: 'lib' }),
      collection([counter('io', 2)], { name: 'lib', version: '1' }),
    ],
    serializer({}),
  );
  expect(shown).toEqual([
    'io_total{exported_otel_scope_version="1",otel_scope_name="lib"} 1',
    'io_total{otel_scope_name="lib",otel_scope_version="1"} 2',
  ]);
});

it('is said once, not at each scrape', () => {
  const to = serializer();
  const both = [collection([counter('foo.bar', 1), counter('foo_bar', 2)])];
  for (let scrape = 0; scrape < 3; scrape++) lines(both, to);
  expect(warnings).toHaveLength(1);
});

it('a counter named target leaves one family of that name in OpenMetrics', () => {
  const exposition = {
    resource: { 'service.name': 'shop' },
    collections: [collection([counter('target', 1)])],
  };
  const text = createSerializer({}).serialize(exposition, 'openmetrics').toString();
  expect(text.match(/^# TYPE .*$/gm)).toEqual(['# TYPE target_info gauge', '# TYPE target counter']);
});

describe('series of one metric whose labels are the same to Prometheus', () => {
  it.each<[Attributes, Attributes]>([
    [{ status: '200' }, { status: 200 }],
    [{ plan: '' }, {}],
    [{ 'a.b': 'x' }, { a_b: 'x' }],
    [
      { on: true, a: '1' },
      { a: '1', on: 'true' },
    ],
  ])('are counted as one: %j and %j', (first, second) => {
    const other = { value: 3, attributes: { other: 'x' } };
    const series = [{ value: 5, attributes: first }, other, { value: 7, attributes: second }];
    const shown = lines([collection([{ name: 'requests', series }])]);
    expect(shown.map((line) => line.replace(/.* /, ''))).toEqual(['12', '3']);
    expect(warnings).toEqual([]);
  });

  it('are those of texts that end in half a character, which is no UTF-8', () => {
    const halves = { name: 'cut', unit: '', series: [] as { value: number; attributes: Attributes }[] };
    for (const [value, text] of [
      [1, '\ud83d'],
      [2, '\ude80'],
    ] as const)
      halves.series.push({ value, attributes: { text } });
    expect(lines([collection([halves])])).toEqual(['cut_total{text="\ufffd"} 3']);
  });

  it('are shown with those that come later, and by whichever has a value', () => {
    const to = serializer();
    const [text, number] = [
      { value: 5, attributes: { status: '200' } },
      { value: 7, attributes: { status: 200 } },
    ];
    const identity = {};
    const shown = (series: MemoryMetric['series']): string[] =>
      lines([collection([{ name: 'requests', identity, series }])], to);
    expect(shown([text])).toEqual(['requests_total{status="200"} 5']);
    expect(shown([text, number])).toEqual(['requests_total{status="200"} 12']);
    expect(shown([undefined, number])).toEqual(['requests_total{status="200"} 7']);
    expect(shown([text, undefined])).toEqual(['requests_total{status="200"} 5']);
  });

  it('are the last of them, of gauges', () => {
    const series = [
      { value: 5, attributes: { a: 1 } },
      { value: 7, attributes: { a: '1' } },
    ];
    expect(lines([collection([{ name: 'level', kind: 'gauge', series }])])).toEqual(['level{a="1"} 7']);
  });

  it('are the one recorded last, of gauges, whichever began last', async () => {
    const provider = new MeterProvider({});
    const collector = provider.addCollector();
    const to = serializer();
    const depth = provider.getMeter('test').createGauge('depth');
    const shown = async (): Promise<string | undefined> =>
      lines([await collector.collect()], to).find((line) => line.startsWith('depth'));
    depth.record(1, { shard: 1 });
    depth.record(500, { shard: '1' });
    expect(await shown()).toBe('depth{shard="1"} 500');
    depth.record(3, { shard: 1 });
    expect(await shown()).toBe('depth{shard="1"} 3');
    expect(await shown()).toBe('depth{shard="1"} 3');
    depth.record(7, { shard: '1' });
    expect(await shown()).toBe('depth{shard="1"} 7');
  });

  it('are added up bucket by bucket', () => {
    const series = [
      { value: histogramValue([1], [2, 1], 4), attributes: { a: 1 } },
      { value: histogramValue([1], [0, 5], 50), attributes: { a: '1' } },
    ];
    expect(lines([collection([{ name: 'size', kind: 'histogram', series }])])).toEqual([
      'size_bucket{a="1",le="1"} 2',
      'size_bucket{a="1",le="+Inf"} 8',
      'size_sum{a="1"} 54',
      'size_count{a="1"} 8',
    ]);
  });

  it('are added up in exponential histograms', async () => {
    const provider = new MeterProvider({
      views: [{ instrumentName: '*', aggregation: { type: 'exponential_histogram' } }],
    });
    const collector = provider.addCollector();
    const sizes = provider.getMeter('test').createHistogram('size');
    sizes.record(1, { a: 1 });
    sizes.record(1, { a: '1' });
    sizes.record(64, { a: '1' });
    const shown = lines([await collector.collect()]).filter((line) => line.startsWith('size'));
    expect(shown.filter((line) => /_sum|_count|Inf/.test(line))).toEqual([
      'size_bucket{a="1",le="+Inf"} 3',
      'size_sum{a="1"} 66',
      'size_count{a="1"} 3',
    ]);
  });

  it('are found among any, by a naive reading of their labels', () => {
    const value = fc.constantFrom<AttributeValue>('1', 1, '', 'true', true, 'x');
    const attributes = fc.dictionary(fc.constantFrom('a', 'a.b', 'a_b', 'c'), value, { maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(fc.record({ attributes, value: fc.nat(9) }), { maxLength: 60 }), (series) => {
        const totals = new Map<string, number>();
        for (const { attributes, value } of series) {
          const labels = [...attributeLabels(attributes, new Set())].sort();
          const key = labels.map(([name, text]) => `${name}="${text}"`).join();
          totals.set(key, (totals.get(key) ?? 0) + value);
        }
        const shown = lines([collection([{ name: 'n', series }])]).map((line) => {
          const [, labels = '', total] = /^n_total(?:\{(.*)\})? (\d+)$/.exec(line) ?? [];
          return [labels.split(',').sort().join(), Number(total)];
        });
        expect(new Map(shown as [string, number][])).toEqual(totals);
        expect(shown).toHaveLength(totals.size);
      }),
      { numRuns: 500 },
    );
  });
});
