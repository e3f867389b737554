import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/environment/read-environment.ts';
import type { OtelOptions } from '../src/options.ts';
import { otlpTarget } from '../src/otlp.ts';

/** Where metrics and traces go. */
function urls(otlp: OtelOptions['otlp']): (string | undefined)[] {
  return [otlpTarget(otlp, 'metrics')?.url, otlpTarget(otlp, 'traces')?.url];
}

const targets: [text: string, otlp: OtelOptions['otlp'], urls: (string | undefined)[]][] = [
  ['nothing said', undefined, [undefined, undefined]],
  ['switched off', false, [undefined, undefined]],
  ['switched on', true, ['http://localhost:4318/v1/metrics', 'http://localhost:4318/v1/traces']],
  ['on, over gRPC', { enabled: true, protocol: 'grpc' }, ['http://localhost:4317', 'http://localhost:4317']],
  [
    'on, one signal over gRPC',
    { enabled: true, traces: { protocol: 'grpc' } },
    ['http://localhost:4318/v1/metrics', 'http://localhost:4317'],
  ],
  ['one signal on', { protocol: 'grpc', traces: { enabled: true } }, [undefined, 'http://localhost:4317']],
  [
    'a base endpoint',
    { endpoint: 'http://c:1/otlp/', traces: { protocol: 'grpc' } },
    ['http://c:1/otlp/v1/metrics', 'http://c:1/otlp/'],
  ],
  [
    'a base endpoint with a query',
    { endpoint: 'https://c:1/?tenant=a/b' },
    ['https://c:1/v1/metrics?tenant=a/b', 'https://c:1/v1/traces?tenant=a/b'],
  ],
  [
    'a base endpoint with a path and a query',
    { endpoint: 'https://c:1/otlp//?a=1' },
    ['https://c:1/otlp/v1/metrics?a=1', 'https://c:1/otlp/v1/traces?a=1'],
  ],
  ['a bare host', { endpoint: 'http://c' }, ['http://c/v1/metrics', 'http://c/v1/traces']],
  ['gRPC with an endpoint', { endpoint: 'https://c', protocol: 'grpc' }, ['https://c', 'https://c']],
  [
    'gRPC with an endpoint of the signal',
    { endpoint: 'http://c:4317', protocol: 'grpc', metrics: { endpoint: 'http://m:4317' } },
    ['http://m:4317', 'http://c:4317'],
  ],
  ['settings without an endpoint', { protocol: 'grpc' }, [undefined, undefined]],
];

describe('where OTLP goes', () => {
  it.each(targets)('%s', (_, otlp, expected) => {
    expect(urls(otlp)).toEqual(expected);
  });

  it.each([
    ['http/protobuf', 'http://localhost:4318/v1/metrics'],
    ['grpc', 'http://localhost:4317'],
  ])('by variables alone: otlp named, %s', (protocol, url) => {
    const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocol };
    expect(urls(readEnvironment(env).options.otlp)).toEqual([url, undefined]);
  });
});
