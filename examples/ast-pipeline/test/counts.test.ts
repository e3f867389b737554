import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { init } from '@org/instrument';
import { afterEach, expect, it } from 'vitest';
import { Pipeline } from '../src/pipeline.ts';
import { createTally } from '../src/tally.ts';
import { createHostileTree, type Tree } from './tree.ts';

let tree: Tree | undefined;

afterEach(async () => {
  await tree?.remove();
  tree = undefined;
});

/** A point of an OTLP sum or histogram, as far as it is looked at. */
interface Point {
  readonly attributes: { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly count?: number | string;
}

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceId: string;
}

/** What a receiver was sent, by metric name; of each metric the latest export. */
async function startReceiver(): Promise<{
  url: string;
  points: Map<string, Point[]>;
  spans: Span[];
  close(): void;
}> {
  const points = new Map<string, Point[]>();
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      for (const { scopeMetrics } of body.resourceMetrics ?? []) {
        for (const metric of scopeMetrics.flatMap((scope: { metrics: unknown[] }) => scope.metrics)) {
          points.set(metric.name, (metric.sum ?? metric.histogram ?? metric.gauge).dataPoints);
        }
      }
      for (const { scopeSpans } of body.resourceSpans ?? []) {
        spans.push(...scopeSpans.flatMap((scope: { spans: Span[] }) => scope.spans));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    points,
    spans,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Values of a metric of `/metrics`, by the value of one label. */
function scraped(text: string, metric: string, label: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`));
  const values: Record<string, number> = {};
  for (const line of lines) {
    const key = new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? '';
    values[key] = (values[key] ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return values;
}

function received(points: readonly Point[], label: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const point of points) {
    const value = point.attributes.find(({ key }) => key === label)?.value ?? {};
    const key = String(Object.values(value)[0] ?? '');
    values[key] = (values[key] ?? 0) + Number(point.asInt ?? point.asDouble ?? point.count);
  }
  return values;
}

it('its own counts equal what /metrics says and what an OTLP receiver got, and every span arrives with its parent', async () => {
  tree = await createHostileTree();
  const receiver = await startReceiver();
  const telemetry = init({
    serviceName: 'ast-pipeline',
    prometheus: { port: 0 },
    otlp: { endpoint: receiver.url, protocol: 'http/json' },
  });
  const tally = createTally();
  try {
    await telemetry.ready;
    const pipeline = new Pipeline({ directory: tree.path, output: tree.output, maxBytes: 50_000 }, tally);
    await pipeline.run(new AbortController().signal);
    const text = await (await fetch(telemetry.endpoints.prometheus ?? '')).text();
    await telemetry.flush();

    const outcomes = { ok: tally.succeeded, ...Object.fromEntries(tally.errors) };
    expect(tally.errors.size).toBeGreaterThan(3);
    expect(scraped(text, 'ast_pipeline_files_total', 'outcome')).toEqual(outcomes);
    expect(received(receiver.points.get('ast_pipeline.files') ?? [], 'outcome')).toEqual(outcomes);
    expect(scraped(text, 'ast_pipeline_bytes_total', 'none')).toEqual({ '': tally.bytes });
    expect(received(receiver.points.get('ast_pipeline.bytes') ?? [], 'none')).toEqual({ '': tally.bytes });

    const calls = scraped(text, 'pipeline_file_calls_total', 'success');
    expect(calls.true).toBe(tally.succeeded);
    expect(received(receiver.points.get('pipeline.file.calls') ?? [], 'success')).toEqual(calls);
    expect(scraped(text, 'pipeline_file_duration_seconds_count', 'success')).toEqual(calls);
    expect(received(receiver.points.get('pipeline.file.duration') ?? [], 'success')).toEqual(calls);

    const files = receiver.spans.filter(({ name }) => name === 'pipeline.file');
    const parses = receiver.spans.filter(({ name }) => name === 'pipeline.parse');
    expect(files).toHaveLength((calls.true ?? 0) + (calls.false ?? 0));
    expect(parses).toHaveLength(tally.succeeded + (tally.errors.get('ParseError') ?? 0));
    for (const parse of parses) {
      expect(
        files.some(({ spanId, traceId }) => spanId === parse.parentSpanId && traceId === parse.traceId),
      ).toBe(true);
    }
    // Of one batch, and so below no file.
    const stores = receiver.spans.filter(({ name }) => name === 'pipeline.store');
    expect(stores.map(({ parentSpanId }) => parentSpanId ?? '')).toEqual(['']);
  } finally {
    await telemetry.shutdown();
    receiver.close();
  }
});
