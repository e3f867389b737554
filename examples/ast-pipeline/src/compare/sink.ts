import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a sink has received. */
export interface Received {
  requests: number;
  bytes: number;
}

/** A stand-in for an OpenTelemetry collector: accepts everything, keeps nothing. */
export interface Sink {
  /** Base URL for OTLP/HTTP. */
  readonly endpoint: string;
  /** By path: `/v1/traces`. */
  readonly received: ReadonlyMap<string, Received>;
  close(): void;
}

/** Listens on a free port of the loopback interface. */
export async function startSink(): Promise<Sink> {
  const received = new Map<string, Received>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const entry = received.get(path) ?? { requests: 0, bytes: 0 };
    received.set(path, entry);
    entry.requests++;
    request.on('data', (chunk: Buffer) => {
      entry.bytes += chunk.length;
    });
    request.on('end', () => {
      // An empty body is an empty ExportTraceServiceResponse in protobuf; JSON needs its braces.
      const type = request.headers['content-type'] ?? 'application/x-protobuf';
      response.writeHead(200, { 'content-type': type }).end(type.includes('json') ? '{}' : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
