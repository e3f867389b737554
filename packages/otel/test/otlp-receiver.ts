import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request that the receiver was sent. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Uncompressed. */
  readonly body: Buffer;
}

/** An OTLP/HTTP receiver that keeps what it is sent, and answers as a test wants. */
export interface OtlpReceiver {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** How requests are answered from now on. Default: 200 and an empty message. */
  answer(response: ServerResponse, path: string): void;
  close(): Promise<void>;
}

/** Starts a receiver on a port of the loopback interface, a free one if none is said. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const sent = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      requests.push({ path, headers: request.headers, body });
      receiver.answer(response, path);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: accept,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** Answers as a collector that took everything. */
export function accept(response: ServerResponse): void {
  const isJson = response.req.headers['content-type'] === 'application/json';
  response.writeHead(200).end(isJson ? '{}' : '');
}

/** Never answers. */
export function hang(): void {}

interface JsonAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A data point of OTLP JSON, with what the tests look at. */
export interface JsonPoint {
  readonly attributes: JsonAttribute[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly asInt?: number | string;
  readonly count?: number | string;
  readonly sum?: number;
}

/** A metric of OTLP JSON. */
export interface JsonMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { aggregationTemporality: number; isMonotonic: boolean; dataPoints: JsonPoint[] };
  readonly gauge?: { dataPoints: JsonPoint[] };
  readonly histogram?: { aggregationTemporality: number; dataPoints: JsonPoint[] };
  readonly exponentialHistogram?: { dataPoints: JsonExponentialPoint[] };
}

/** A point of an exponential histogram of OTLP JSON. */
export interface JsonExponentialPoint {
  readonly count: number | string;
  readonly sum: number;
  readonly scale: number;
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly (number | string)[] };
}

/** A span of OTLP JSON. */
export interface JsonSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

interface JsonResource {
  readonly attributes: JsonAttribute[];
}
interface MetricsBody {
  readonly resourceMetrics: { resource: JsonResource; scopeMetrics: { metrics: JsonMetric[] }[] }[];
}
interface TracesBody {
  readonly resourceSpans: { resource: JsonResource; scopeSpans: { spans: JsonSpan[] }[] }[];
}

/** Each state of one metric that was received as OTLP JSON, oldest first. */
export function receivedMetrics({ requests }: OtlpReceiver, name: string): JsonMetric[] {
  return bodiesOf<MetricsBody>(requests, 'metrics')
    .flatMap(({ resourceMetrics }) => resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .filter((metric) => metric.name === name);
}

/** Spans that were received as OTLP JSON. */
export function receivedSpans({ requests }: OtlpReceiver): JsonSpan[] {
  return bodiesOf<TracesBody>(requests, 'traces')
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Attributes of the resource of the last metrics that were received as OTLP JSON. */
export function receivedResource({ requests }: OtlpReceiver): Record<string, unknown> {
  const last = bodiesOf<MetricsBody>(requests, 'metrics').at(-1)?.resourceMetrics[0]?.resource;
  return Object.fromEntries((last?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));
}

function bodiesOf<Body>(requests: readonly ReceivedRequest[], signal: 'metrics' | 'traces'): Body[] {
  return requests
    .filter(({ path }) => path === `/v1/${signal}`)
    .map(({ body }) => JSON.parse(body.toString()) as Body);
}
