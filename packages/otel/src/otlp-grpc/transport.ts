import type { ChannelCredentials, Client, ClientOptions, Metadata, ServiceError } from '@grpc/grpc-js';
import {
  createOtlpTransport,
  type OtlpTransport,
  type OtlpTransportOptions,
} from '../otlp-transport/transport.ts';
import type { WireRequest } from '../otlp-transport/wire.ts';
import type { Grpc } from './load-grpc.ts';
import { type GrpcStatus, GrpcStatusError } from './status.ts';

/** `CompressionAlgorithms.gzip` and `status.DEADLINE_EXCEEDED` of grpc-js. */
const GZIP = 2;
const DEADLINE_EXCEEDED = 4;
/** Statuses after which the next attempt connects anew. */
const GONE: ReadonlySet<GrpcStatus> = new Set(['DEADLINE_EXCEEDED', 'UNAVAILABLE'] as const);
/** Ports of a URL that names none. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Where and how an export is sent. */
export interface GrpcTransportOptions extends OtlpTransportOptions {
  readonly grpc: Grpc;
  /** Its path is of no use to gRPC. */
  readonly url: URL;
  /** Full name of the method: `/opentelemetry.proto.collector.trace.v1.TraceService/Export`. */
  readonly method: string;
  readonly metadata: Metadata;
  readonly credentials: () => ChannelCredentials;
  readonly compression: 'none' | 'gzip';
  readonly userAgent: string;
}

/**
 * OTLP over gRPC, behind the seam of the SDK's exporters. The one of the published packages gives up at the first
 * `UNAVAILABLE`. A connection that did not answer in time is not used again.
 */
export function createGrpcTransport(options: GrpcTransportOptions): OtlpTransport {
  let kept: Connection | undefined;
  const closeUnused = ({ client, calls }: Connection): void => {
    if (calls === 0) client.close();
  };
  const renew = (): void => {
    if (kept !== undefined) closeUnused(kept);
    kept = undefined;
  };
  return createOtlpTransport(
    {
      encode: async (data) => data,
      async attempt(request) {
        kept ??= { client: createClient(options), calls: 0, hasAnswered: false };
        const used = kept;
        if (used.hasAnswered) request.onKept();
        used.calls++;
        const result = await call(used.client, options, request);
        used.calls--;
        const isAnswered = !(result instanceof GrpcStatusError);
        if (isAnswered) used.hasAnswered = true;
        // Whoever did not get an answer in time, we or a proxy: another connection may lead to a receiver that answers. One that
        // could not be made is not tried again by grpc-js for as long as it has been away, up to five seconds.
        else if (GONE.has(result.status) && kept === used) kept = undefined;
        if (kept !== used) closeUnused(used);
        if (isAnswered) return { response: { status: 'success', data: result }, retry: 'never' };
        const retry = result.isRetryable ? 'later' : 'never';
        return { response: { status: 'failure', error: result }, retry, waitMillis: result.waitMillis };
      },
      renew,
      disconnect: renew,
    },
    options,
  );
}

/** A client of grpc-js, which has one connection. Once it is not kept any more, it is closed with its last call. */
interface Connection {
  readonly client: Client;
  /** Calls on their way. */
  calls: number;
  hasAnswered: boolean;
}

/** Connects when it is used first. */
function createClient({ grpc, url, credentials, compression, userAgent }: GrpcTransportOptions): Client {
  const channel: ClientOptions = {
    'grpc.primary_user_agent': userAgent,
    // A connection of our own: closed when it does not answer, whatever the application has with the same host.
    'grpc.use_local_subchannel_pool': 1,
    // As our own retries: by its default grpc-js would not try to connect for up to two minutes after an outage.
    'grpc.initial_reconnect_backoff_ms': 1_000,
    'grpc.max_reconnect_backoff_ms': 5_000,
    // Looked up in DNS otherwise, as TXT records; what is there for other clients is not for exports.
    'grpc.service_config_disable_resolution': 1,
    ...(compression === 'gzip' ? { 'grpc.default_compression_algorithm': GZIP } : {}),
  };
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port;
  return new grpc.Client(`${url.hostname}:${port}`, credentials(), channel);
}

/** Resolves to the answer, or the status with which the call ended. */
function call(
  client: Client,
  { method, metadata }: GrpcTransportOptions,
  { body, remainingMillis, signal }: WireRequest,
): Promise<Uint8Array | GrpcStatusError> {
  return new Promise((resolve) => {
    // Said to the receiver only (gRPC over HTTP2, "Timeout"). A deadline of grpc-js would end the call before it reads an
    // answer that came while the process was frozen.
    const own = metadata.clone();
    own.set('grpc-timeout', `${Math.ceil(remainingMillis)}m`);
    const ended = (error: ServiceError | null, answer?: Buffer): void => {
      signal.removeEventListener('abort', cancel);
      if (error === null) resolve(answer ?? Buffer.alloc(0));
      else resolve(new GrpcStatusError(signal.aborted ? notAnswered(error, signal) : error));
    };
    const request = client.makeUnaryRequest(method, bytes, identity, body, own, {}, ended);
    const cancel = (): void => request.cancel();
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel);
  });
}

/** What a call that we have cancelled stands for. */
function notAnswered(error: ServiceError, { reason }: AbortSignal): ServiceError {
  return Object.assign(error, { code: DEADLINE_EXCEEDED, details: (reason as Error).message });
}

/** The same memory, as grpc-js wants it. */
function bytes(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function identity(data: Buffer): Buffer {
  return data;
}
