import { diag } from '@opentelemetry/api';
import type { Collection } from '@org/instrument-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ExpositionOptions } from '../../src/prometheus/exposition.ts';
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
  expect(lines([collection([ab, ba])])).toEqual(['a_b_total{x="1",y="2",none=""} 1']);
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
