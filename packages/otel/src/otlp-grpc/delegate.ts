import type { Attributes } from '@opentelemetry/api';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import { tell } from '@org/instrument-core';
import type { OtlpTarget } from '../otlp.ts';
import { createOtlpDelegate, type OtlpDelegateOptions } from '../otlp-delegate.ts';
import { watchCertificates } from '../otlp-http/certificates.ts';
import { userAgent } from '../user-agent.ts';
import { credentialsOf } from './credentials.ts';
import { loadGrpc } from './load-grpc.ts';
import { metadataOf } from './metadata.ts';
import { GrpcStatusError } from './status.ts';
import { createGrpcTransport } from './transport.ts';

/** The methods of the collector's services (opentelemetry-proto, "collector"). */
export const METHODS = {
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
} as const;

/**
 * The SDK's own export over our transport of gRPC.
 *
 * @throws {Error} when the package that speaks gRPC cannot be loaded.
 */
export function createGrpcDelegate<Items, Response>(
  options: OtlpDelegateOptions<Items, Response>,
): IOtlpExportDelegate<Items> {
  const { target, stop, repetition, onFault } = options;
  const grpc = loadGrpc();
  const url = urlOf(target);
  const certificates = watchCertificates(target.signal);
  const transport = createGrpcTransport({
    grpc,
    url,
    method: METHODS[target.signal],
    metadata: metadataOf(grpc, target.headers),
    credentials: () => credentialsOf(grpc, url, certificates),
    compression: target.compression,
    userAgent: userAgent(),
    stop,
    repetition,
    onFault,
  });
  return createOtlpDelegate(options, transport, attributesOf);
}

function attributesOf(error: unknown): Attributes {
  if (error === undefined) return { 'rpc.response.status_code': 'OK' };
  return error instanceof GrpcStatusError ? { 'rpc.response.status_code': error.status } : {};
}

function urlOf({ url, endpointOption }: OtlpTarget): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // The text is not repeated: it may hold a password.
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new Error(`OTLP over gRPC needs an http:// or https:// URL; see ${endpointOption}`);
  }
  if (parsed.pathname !== '/') {
    tell('warn', `OTLP over gRPC has no paths: ${parsed.pathname} is left out; see ${endpointOption}`);
  }
  return parsed;
}
