import type { OtlpTarget } from '../otlp.ts';
import { METHODS } from '../otlp-grpc/delegate.ts';
import { type HttpProxy, proxyFor } from '../otlp-grpc/proxy.ts';
import { type Certificates, readCertificates } from '../otlp-http/certificates.ts';
import { destinationOf } from '../otlp-http/delegate.ts';
import { userAgent } from '../user-agent.ts';

/** A request that is complete but for its compression. Plain data: it goes to another thread. */
export interface FinalRequest {
  readonly transport: 'http' | 'grpc';
  /** Where it goes, for messages. */
  readonly target: OtlpTarget;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  readonly certificates: Certificates;
  /** Over gRPC only. */
  readonly proxy: HttpProxy | undefined;
  readonly body: Uint8Array;
}

/** Addresses a serialised message to a target. Throws when the target's URL is none. */
export function finalRequest(target: OtlpTarget, body: Uint8Array): FinalRequest {
  if (target.protocol === 'grpc') return grpcRequest(target, body);
  const { url, headers, compression, certificates } = destinationOf(target);
  return {
    transport: 'http',
    target,
    url: url.href,
    headers,
    compression,
    certificates: certificates(),
    proxy: undefined,
    body,
  };
}

function grpcRequest(target: OtlpTarget, body: Uint8Array): FinalRequest {
  const { url, headers, compression, signal } = target;
  const method = new URL(METHODS[signal], url);
  const metadata = Object.entries(headers).map(([name, value]) => {
    const key = name.toLowerCase();
    return [key, key.endsWith('-bin') ? Buffer.from(value).toString('base64') : value];
  });
  return {
    transport: 'grpc',
    target,
    url: method.href,
    headers: {
      ...Object.fromEntries(metadata),
      'user-agent': userAgent(),
      'content-type': 'application/grpc',
    },
    compression,
    certificates: method.protocol === 'https:' ? readCertificates(signal) : {},
    proxy: proxyFor(method),
    body,
  };
}
