import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import type { SelfSigned } from '../otlp-http/self-signed.ts';
import { type DecodedMetric, decodeMetrics } from '../otlp-metrics/decode-request.ts';

/** An export that the receiver was sent. */
export interface ReceivedExport {
  readonly signal: 'metrics' | 'traces';
  readonly metadata: Metadata;
  readonly body: Buffer;
}

/** Answers an export: with an error, or with a message. */
export type Answer = (error: Partial<ServiceError> | null, message?: Uint8Array) => void;

/** An OTLP/gRPC receiver, served by grpc-js, that keeps what it is sent and answers as a test wants. */
export interface GrpcReceiver {
  readonly port: number;
  readonly exports: ReceivedExport[];
  /** How exports are answered from now on. Default: an empty message. */
  answer(answer: Answer, received: ReceivedExport): void;
  close(): void;
}

const PATHS = {
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
} as const;

/** Starts a receiver on the loopback interface, on a free port unless one is given; with TLS when there is a certificate. */
export async function startGrpcReceiver(certificate?: SelfSigned, port = 0): Promise<GrpcReceiver> {
  const server = new Server();
  for (const signal of ['metrics', 'traces'] as const) {
    const asIs = (bytes: Buffer): Buffer => bytes;
    const definition: ServiceDefinition = {
      export: {
        path: PATHS[signal],
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    };
    server.addService(definition, {
      export: ({ metadata, request }: { metadata: Metadata; request: Buffer }, done: Answer) => {
        const received = { signal, metadata, body: request };
        receiver.exports.push(received);
        receiver.answer(done, received);
      },
    });
  }
  const credentials =
    certificate === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(certificate.cert), private_key: Buffer.from(certificate.key) },
        ]);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, at) => (error ? reject(error) : resolve(at)));
  });
  const receiver: GrpcReceiver = {
    port: bound,
    exports: [],
    answer: accept,
    close: () => server.forceShutdown(),
  };
  return receiver;
}

/** Answers as a collector that took everything. */
export function accept(answer: Answer): void {
  answer(null, Buffer.alloc(0));
}

/** Each state of one metric that was received, oldest first. */
export function receivedMetrics({ exports }: GrpcReceiver, name: string): DecodedMetric[] {
  return exports
    .filter(({ signal }) => signal === 'metrics')
    .flatMap(({ body }) => decodeMetrics(body))
    .filter((metric) => metric.name === name);
}

const traces = protobuf
  .parse(`
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { repeated Span spans = 2; }
message Span { bytes trace_id = 1; bytes span_id = 2; string name = 5; }
`)
  .root.lookupType('ExportTraceServiceRequest');

/** Names of the spans that were received, oldest first. */
export function receivedSpans({ exports }: GrpcReceiver): string[] {
  return exports
    .filter(({ signal }) => signal === 'traces')
    .flatMap(({ body }) => (traces.toObject(traces.decode(body)) as Decoded).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)));
}

interface Decoded {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: { readonly name: string }[] }[] }[];
}
