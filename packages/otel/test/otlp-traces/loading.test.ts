import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { emptyResource } from '@opentelemetry/resources';
import { MeterProvider } from '@org/instrument-core';
import { afterAll, expect, it } from 'vitest';
import { startTracing } from '../../src/tracing.ts';

const { cache } = createRequire(import.meta.url);
const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(request.url ?? '');
  request.resume().on('end', () => response.end());
});
const stop = new AbortController();

afterAll(() => {
  stop.abort();
  server.close().closeAllConnections();
});

it("spans are sent as protobuf without loading the SDK's tracing and serializers", async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const tracing = startTracing(
    {
      otlp: { endpoint: `http://127.0.0.1:${port}` },
      traces: { sampler: 'parentbased_traceidratio', ratio: 1 },
    },
    emptyResource,
    new MeterProvider({}),
    stop.signal,
  );
  tracing?.provider.getTracer('test').startSpan('a').end();
  await tracing?.flush();
  expect(requests).toEqual(['/v1/traces']);
  const files = Object.keys(cache).map((file) => file.split('/node_modules/').at(-1) ?? file);
  const packages = new Set(files.map((file) => file.split('/').slice(0, 2).join('/')));
  expect(packages).toContain('@opentelemetry/otlp-exporter-base');
  for (const name of ['sdk-trace', 'sdk-trace-base', 'sdk-trace-node', 'sdk-metrics', 'otlp-transformer']) {
    expect(packages).not.toContain(`@opentelemetry/${name}`);
  }
  await tracing?.shutdown();
});
