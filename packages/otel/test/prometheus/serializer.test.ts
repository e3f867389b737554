import { spawnSync } from 'node:child_process';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Collection } from '@org/instrument-core';
import { afterEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES } from '../../src/prometheus/chunks.ts';
import type { ExpositionOptions, TextFormat } from '../../src/prometheus/exposition.ts';
import { createSerializer } from '../../src/prometheus/serializer.ts';
import { collection, histogramValue, type MemoryMetric } from './memory-metric.ts';
import { parseExposition, sampleKey } from './parse-exposition.ts';

const RESOURCE = { 'service.name': 'shop', 'host.cpus': 4 };
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

function render(
  collections: Collection | Collection[],
  format: TextFormat = 'prometheus',
  options: ExpositionOptions = { withoutTargetInfo: true, withoutScopeInfo: true },
): string {
  const exposition = { resource: RESOURCE, collections: [collections].flat() };
  return createSerializer(options).serialize(exposition, format).toString();
}

const latency: MemoryMetric = {
  name: 'http.latency',
  kind: 'histogram',
  unit: 's',
  description: 'Time to the last byte.',
  series: [
    {
      attributes: { route: '/a' },
      value: histogramValue([0.1, 1, 10], [3, 2, 0, 1], 15.5),
      exemplars: { 1: { value: 0.27, timestampMillis: 1_700_000_000_123, traceId: TRACE, spanId: SPAN } },
    },
    undefined,
    { value: histogramValue([0.1, 1, 10], [0, 0, 0, 0], 0) },
  ],
};
const orders: MemoryMetric = {
  name: 'orders',
  description: 'Orders\nplaced: C:\\shop "now"',
  series: [
    {
      attributes: { plan: 'pro' },
      value: 12,
      exemplars: { 0: { value: 1, timestampMillis: 1_700_000_000_000, traceId: TRACE, spanId: SPAN } },
    },
    { value: 0.5 },
  ],
};
const exponential: MemoryMetric = {
  name: 'size',
  kind: 'exponential_histogram',
  unit: 'By',
  description: 'Sizes.',
  series: [
    {
      attributes: { kind: 'a' },
      value: {
        ...{ count: 6, sum: 20, min: undefined, max: undefined, zeroCount: 1, scale: 0 },
        positive: { offset: 0, counts: [2, 0, 3] },
        negative: { offset: 0, counts: [] },
      },
    },
  ],
};
const negative: MemoryMetric = {
  name: 'drift',
  kind: 'histogram',
  description: 'Drift.',
  series: [{ value: histogramValue([-1, 0, 1], [1, 1, 1, 1], 0.5) }],
};

describe('the Prometheus text format', () => {
  it('shows counters, gauges and histograms', () => {
    const gauge: MemoryMetric = { name: 'temp', kind: 'gauge', unit: 'Cel', series: [{ value: -3.5 }] };
    expect(render(collection([orders, latency, gauge]))).toBe(`\
# HELP orders_total Orders\\nplaced: C:\\\\shop "now"
# TYPE orders_total counter
orders_total{plan="pro"} 12
orders_total 0.5
# HELP http_latency_seconds Time to the last byte.
# TYPE http_latency_seconds histogram
http_latency_seconds_bucket{route="/a",le="0.1"} 3
http_latency_seconds_bucket{route="/a",le="1"} 5
http_latency_seconds_bucket{route="/a",le="10"} 5
http_latency_seconds_bucket{route="/a",le="+Inf"} 6
http_latency_seconds_sum{route="/a"} 15.5
http_latency_seconds_count{route="/a"} 6
http_latency_seconds_bucket{le="0.1"} 0
http_latency_seconds_bucket{le="1"} 0
http_latency_seconds_bucket{le="10"} 0
http_latency_seconds_bucket{le="+Inf"} 0
http_latency_seconds_sum 0
http_latency_seconds_count 0
# HELP temp_celsius description missing
# TYPE temp_celsius gauge
temp_celsius -3.5
`);
  });

  it('puts scope and resource labels behind, and target_info in front', () => {
    const scope = { name: 'shop', version: '1.0', schemaUrl: 'https://x' };
    const text = render(collection([orders], scope), 'prometheus', { resourceLabels: /^service/ });
    const fixed =
      'otel_scope_name="shop",otel_scope_schema_url="https://x",otel_scope_version="1.0",service_name="shop"';
    expect(text.split('\n').filter((line) => !/HELP|TYPE/.test(line))).toEqual([
      'target_info{service_name="shop",host_cpus="4"} 1',
      `orders_total{plan="pro",${fixed}} 12`,
      `orders_total{${fixed}} 0.5`,
      '',
    ]);
  });

  it('stamps samples in milliseconds when asked to', () => {
    const text = render(collection([orders]), 'prometheus', {
      withoutTargetInfo: true,
      appendTimestamp: true,
    });
    expect(text).toContain('{plan="pro",otel_scope_name="test"} 12 1700000000123\n');
  });

  it('says so when there is nothing', () => {
    expect(render(collection([]))).toBe('# no registered metrics\n');
  });

  it('renames labels that it writes itself', () => {
    const attributes = { le: 'x', otel_scope_name: 'y' };
    const text = render(
      collection([{ ...latency, series: [{ ...latency.series[0]!, attributes }] }]),
      'prometheus',
      {},
    );
    expect(text).toContain(
      '_sum{exported_le="x",exported_otel_scope_name="y",otel_scope_name="test"} 15.5\n',
    );
  });

  it('leaves out delta metrics, and metrics without points', () => {
    const delta: MemoryMetric = { ...orders, temporality: 'delta' };
    expect(render(collection([delta, { name: 'none', series: [] }]))).toBe('# no registered metrics\n');
  });

  it('shows no sum for instruments that take negative values', () => {
    const text = render(collection([{ ...latency, type: 'GAUGE' }]));
    expect(text).not.toContain('_sum');
    expect(text).toContain('http_latency_seconds_count{route="/a"} 6');
  });

  it('shows exponential histograms as classic buckets', () => {
    expect(render(collection([exponential]))).toBe(`\
# HELP size_bytes Sizes.
# TYPE size_bytes histogram
size_bytes_bucket{kind="a",le="0"} 1
size_bytes_bucket{kind="a",le="1"} 1
size_bytes_bucket{kind="a",le="2"} 3
size_bytes_bucket{kind="a",le="4"} 3
size_bytes_bucket{kind="a",le="8"} 6
size_bytes_bucket{kind="a",le="+Inf"} 6
size_bytes_sum{kind="a"} 20
size_bytes_count{kind="a"} 6
`);
  });

  it('reads values anew at each scrape, for series that came later too', () => {
    const series = [{ attributes: { id: 'a' }, value: 1 }];
    const state = collection([{ name: 'live', series }]);
    const serializer = createSerializer({ withoutTargetInfo: true, withoutScopeInfo: true });
    const scrape = () => {
      const text = serializer.serialize({ resource: {}, collections: [state] }, 'prometheus').toString();
      return text.split('\n').filter((line) => line.startsWith('live'));
    };
    expect(scrape()).toEqual(['live_total{id="a"} 1']);
    series[0]!.value = 2;
    series.push({ attributes: { id: 'b' }, value: 7 });
    expect(scrape()).toEqual(['live_total{id="a"} 2', 'live_total{id="b"} 7']);
  });

  it('renders anew when the resource has changed', () => {
    const serializer = createSerializer({ resourceLabels: /./, withoutScopeInfo: true });
    const state = collection([orders]);
    const scrape = (resource: Record<string, string>) =>
      serializer.serialize({ resource, collections: [state] }, 'prometheus').toString();
    expect(scrape({})).toContain('\norders_total 0.5\n');
    expect(scrape({ host: 'h' })).toContain('\norders_total{host="h"} 0.5\n');
  });

  it('does not take a label set wider than a chunk amiss', () => {
    const attributes = { long: 'ü'.repeat(CHUNK_BYTES) };
    const state = collection([{ ...latency, series: [{ ...latency.series[0]!, attributes }] }]);
    expect(parseExposition(render(state)).samples.size).toBe(6);
  });
});

describe('families', () => {
  const warnings: string[] = [];
  const listen = () => {
    warnings.length = 0;
    const ignore = () => {};
    const logger = {
      error: ignore,
      warn: (text: string) => warnings.push(text),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  };
  afterEach(() => diag.disable());

  it('of one name in several scopes are one', () => {
    const text = render(
      [
        collection([orders], { name: 'a' }),
        collection([latency, { ...orders, description: 'other' }], { name: 'b' }),
      ],
      'prometheus',
      {},
    );
    const { families, samples } = parseExposition(text);
    expect([...families.keys()]).toEqual(['target_info', 'orders_total', 'http_latency_seconds']);
    expect(samples.size).toBe(1 + 4 + 12);
  });

  it('of another type are left out, with one warning', () => {
    listen();
    const serializer = createSerializer({ withoutTargetInfo: true });
    const gauge: MemoryMetric = { name: 'orders_total', kind: 'gauge', series: [{ value: 5 }] };
    const state = { resource: {}, collections: [collection([orders, gauge])] };
    const first = serializer.serialize(state, 'prometheus').toString();
    expect(serializer.serialize(state, 'prometheus').toString()).toBe(first);
    expect(parseExposition(first).families.get('orders_total')?.type).toBe('counter');
    expect(first).not.toContain(' 5\n');
    expect(warnings).toEqual([expect.stringContaining('"orders_total"')]);
  });

  it('whose samples would bear the name of another are left out', () => {
    listen();
    const count: MemoryMetric = { name: 'http.latency.seconds.count', kind: 'gauge', series: [{ value: 1 }] };
    const target: MemoryMetric = { name: 'target.info', kind: 'gauge', series: [{ value: 2 }] };
    const { families } = parseExposition(render(collection([latency, count, target]), 'prometheus', {}));
    expect([...families.keys()]).toEqual(['target_info', 'http_latency_seconds']);
    expect(warnings).toHaveLength(2);
  });
});

describe('OpenMetrics', () => {
  it('shows counters, units, canonical bounds, exemplars and the target', () => {
    expect(render(collection([orders, latency]), 'openmetrics', { withoutScopeInfo: true })).toBe(`\
# HELP target Target metadata
# TYPE target info
target_info{service_name="shop",host_cpus="4"} 1
# TYPE orders counter
# HELP orders Orders\\nplaced: C:\\\\shop \\"now\\"
orders_total{plan="pro"} 12 # {trace_id="${TRACE}",span_id="${SPAN}"} 1 1700000000
orders_total 0.5
# TYPE http_latency_seconds histogram
# UNIT http_latency_seconds seconds
# HELP http_latency_seconds Time to the last byte.
http_latency_seconds_bucket{route="/a",le="0.1"} 3
http_latency_seconds_bucket{route="/a",le="1.0"} 5 # {trace_id="${TRACE}",span_id="${SPAN}"} 0.27 1700000000.123
http_latency_seconds_bucket{route="/a",le="10.0"} 5
http_latency_seconds_bucket{route="/a",le="+Inf"} 6
http_latency_seconds_sum{route="/a"} 15.5
http_latency_seconds_count{route="/a"} 6
http_latency_seconds_bucket{le="0.1"} 0
http_latency_seconds_bucket{le="1.0"} 0
http_latency_seconds_bucket{le="10.0"} 0
http_latency_seconds_bucket{le="+Inf"} 0
http_latency_seconds_sum 0
http_latency_seconds_count 0
# EOF
`);
  });

  it('leaves out exemplars that are too long, and the sum and count of buckets below zero', () => {
    const traceId = 'f'.repeat(100);
    const exemplars = { 0: { value: 1, timestampMillis: 1, traceId, spanId: SPAN } };
    const text = render(
      collection([{ ...orders, series: [{ value: 3, exemplars }] }, negative]),
      'openmetrics',
    );
    const { samples } = parseExposition(text, true);
    expect(samples.get(sampleKey('orders_total', {}))).toMatchObject({ value: '3', exemplar: undefined });
    expect([...samples.values()].map(({ name }) => name).filter((name) => name.startsWith('drift'))).toEqual(
      new Array(4).fill('drift_bucket'),
    );
  });

  it('leaves out totals that are not numbers, which it does not allow; the other format shows them', () => {
    const collections = collection([
      { name: 'io', unit: '', series: [{ value: Number.NaN, attributes: {} }] },
    ]);
    expect(render(collections, 'openmetrics')).not.toContain('NaN');
    expect(render(collections)).toContain('io_total NaN');
  });

  it('stamps samples in seconds when asked to', () => {
    const text = render(collection([orders]), 'openmetrics', {
      withoutTargetInfo: true,
      appendTimestamp: true,
    });
    expect(parseExposition(text, true).samples.values().next().value?.timestamp).toBe('1700000000.123');
  });

  it('shows a counter as unknown when another metric has the name of its family', () => {
    const gauge: MemoryMetric = { name: 'orders', kind: 'gauge', series: [{ value: 5 }] };
    const { families, samples } = parseExposition(render(collection([gauge, orders]), 'openmetrics'), true);
    expect(families.get('orders')?.type).toBe('gauge');
    expect(families.get('orders_total')?.type).toBe('unknown');
    expect(samples.get(sampleKey('orders_total', { plan: 'pro' }))).toMatchObject({
      value: '12',
      exemplar: undefined,
    });
  });
});

describe('writing step by step', () => {
  it('yields pieces of about 256 KiB that are the whole when joined', () => {
    const series = Array.from({ length: 20_000 }, (_, i) => ({
      attributes: { route: `/a/${i}`, host: 'h'.repeat(40) },
      value: i,
    }));
    const serializer = createSerializer();
    const exposition = { resource: {}, collections: [collection([{ name: 'many', series }, orders])] };
    const pieces = [...serializer.write(exposition, 'prometheus')];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(CHUNK_BYTES * 1.1);
    expect(parseExposition(Buffer.concat(pieces).toString()).samples.size).toBe(20_003);
  });
});

const PYTHON = process.env.PYTHON ?? 'python3';
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const hasPythonParser = spawnSync(PYTHON, ['-c', 'import prometheus_client.openmetrics.parser']).status === 0;
const everything = [
  collection([orders, latency, exponential, negative], { name: 'a', version: '1' }),
  collection([{ ...orders, identity: {} }], { name: 'b "quoted" \\ \n' }),
];

it.skipIf(!hasPromtool)(
  'promtool (skipped when it is not installed: apt-get install prometheus) finds no fault',
  () => {
    const input = render(everything, 'prometheus', {});
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  },
);

it.skipIf(!hasPythonParser)(
  'the OpenMetrics reference parser (skipped when it is not installed: pip install prometheus_client) accepts it',
  () => {
    const input = render(everything, 'openmetrics', { appendTimestamp: true });
    const program = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(sum(len(family.samples) for family in parse(sys.stdin.read())))`;
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', program], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(Number(stdout)).toBe(parseExposition(input, true).samples.size);
  },
);
