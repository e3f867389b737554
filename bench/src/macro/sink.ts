import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A stand-in for an OpenTelemetry collector: accepts everything, counts the spans, keeps nothing. */
export interface Sink {
  /** Base URL for OTLP/HTTP. */
  readonly endpoint: string;
  /** Spans received so far. */
  readonly spans: number;
  close(): void;
}

/** Fields of `ExportTraceServiceRequest` (opentelemetry-proto): resource_spans, scope_spans, spans. */
const PATH_OF_SPANS = [1, 2, 2];

/** Listens on a free port of the loopback interface. */
export async function startSink(): Promise<Sink> {
  let spans = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/traces') spans += countMessages(Buffer.concat(chunks), PATH_OF_SPANS);
    // An empty body is an empty ExportTraceServiceResponse.
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get spans(): number {
      return spans;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** How many messages lie at the end of a path of fields. All fields on the way are length-delimited. */
function countMessages(bytes: Buffer, [field, ...rest]: readonly number[]): number {
  if (field === undefined) return 1;
  let count = 0;
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    // 2: length-delimited (Protocol Buffers, "Message Structure").
    if ((tag & 7) !== 2) throw new Error('The sink reads OTLP protobuf only');
    const length = varint();
    if (tag >> 3 === field) count += countMessages(bytes.subarray(at, at + length), rest);
    at += length;
  }
  return count;
}
