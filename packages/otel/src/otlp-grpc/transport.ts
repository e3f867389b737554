import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelCredentials, Client, ClientOptions, Metadata, ServiceError } from '@grpc/grpc-js';
import { context } from '@opentelemetry/api';
import type { IExporterTransport } from '@opentelemetry/otlp-exporter-base';
import { tell } from '@org/instrument-core';
import { sdkCore } from '#sdk';
import { backOffMillis } from '../otlp-http/retry.ts';
import type { Grpc } from './load-grpc.ts';
import { GrpcStatusError } from './status.ts';

/** `CompressionAlgorithms.gzip` of grpc-js. */
const GZIP = 2;
/** Ports of a URL that names none. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Where and how an export is sent. */
export interface GrpcTransportOptions {
  readonly grpc: Grpc;
  /** Its path is of no use to gRPC. */
  readonly url: URL;
  /** Full name of the method: `/opentelemetry.proto.collector.trace.v1.TraceService/Export`. */
  readonly method: string;
  readonly metadata: Metadata;
  readonly credentials: () => ChannelCredentials;
  readonly compression: 'none' | 'gzip';
  readonly userAgent: string;
  /** Once aborted, nothing is sent any more: what is on its way fails at once, and so does what comes later. */
  readonly stop: AbortSignal;
  /** Told of attempts that failed, whether or not others follow. */
  readonly onFault?: ((error: Error) => void) | undefined;
}

type ExportResponse = Awaited<ReturnType<IExporterTransport['send']>>;

/**
 * OTLP over gRPC, behind the seam of the SDK's exporters. An export with all its attempts has one deadline; the one of the
 * published packages gives up at the first `UNAVAILABLE`. A connection that did not answer in time is not used again.
 */
export function createGrpcTransport(options: GrpcTransportOptions): IExporterTransport {
  const { suppressTracing } = sdkCore();
  const { stop } = options;
  const running = new Set<AbortController>();
  let client: Client | undefined;
  const close = (): void => {
    client?.close();
    client = undefined;
  };
  stop.addEventListener('abort', () => {
    for (const each of running) each.abort();
    close();
  });

  const attempt = async (request: Request): Promise<ExportResponse | GrpcStatusError> => {
    client ??= createClient(options);
    const used = client;
    // Neither the first request nor a later one is traced, whoever asked for the export.
    const traceless = suppressTracing(context.active());
    const result = await context.with(traceless, () => call(used, options, request));
    if (!(result instanceof GrpcStatusError)) return { status: 'success', data: result };
    // Whoever did not get an answer in time, we or a proxy: another connection may lead to a receiver that answers.
    if (result.status === 'DEADLINE_EXCEEDED' && client === used) close();
    return result;
  };
  return {
    async send(data, timeoutMillis) {
      const endsAt = performance.now() + timeoutMillis;
      const end = new AbortController();
      running.add(end);
      try {
        for (let retry = 0; ; retry++) {
          if (stop.aborted) return { status: 'failure', error: stop.reason as Error };
          const result = await attempt({ data, endsAt, signal: end.signal });
          if (!(result instanceof GrpcStatusError)) return result;
          options.onFault?.(result);
          const wait = result.waitMillis ?? backOffMillis(retry);
          const isLast = !result.isRetryable || wait >= endsAt - performance.now();
          if (isLast && !stop.aborted) return { status: 'failure', error: result };
          tell('verbose', `OTLP: trying again in ${Math.round(wait)} ms`);
          // Ends early when stopped, which the next round finds.
          await sleep(wait, undefined, { ref: false, signal: end.signal }).catch(() => {});
        }
      } catch (error) {
        return { status: 'failure', error: error as Error };
      } finally {
        running.delete(end);
      }
    },
    shutdown: close,
  };
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

/** One attempt of an export. */
interface Request {
  readonly data: Uint8Array;
  /** When it must be over, by `performance.now()`. */
  readonly endsAt: number;
  /** Cancels it. */
  readonly signal: AbortSignal;
}

/** Resolves to the answer, or the status with which the call ended. */
function call(
  client: Client,
  { method, metadata }: GrpcTransportOptions,
  { data, endsAt, signal }: Request,
): Promise<Uint8Array | GrpcStatusError> {
  return new Promise((resolve) => {
    const deadline = Date.now() + Math.max(0, endsAt - performance.now());
    const ended = (error: ServiceError | null, answer?: Buffer): void => {
      signal.removeEventListener('abort', cancel);
      resolve(error === null ? (answer ?? Buffer.alloc(0)) : new GrpcStatusError(error));
    };
    const request = client.makeUnaryRequest(method, bytes, identity, data, metadata, { deadline }, ended);
    const cancel = (): void => request.cancel();
    signal.addEventListener('abort', cancel);
  });
}

/** The same memory, as grpc-js wants it. */
function bytes(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function identity(data: Buffer): Buffer {
  return data;
}
