import type { ChannelCredentials } from '@grpc/grpc-js';
import type { Certificates } from '../otlp-http/certificates.ts';
import type { Grpc } from './load-grpc.ts';

/**
 * `https://` is TLS, `http://` is none: the scheme wins over everything else (OTLP exporter specification, "Configuration
 * Options"). Certificates are asked for only then.
 */
export function credentialsOf(
  { credentials }: Grpc,
  { protocol }: URL,
  certificates: () => Certificates,
): ChannelCredentials {
  if (protocol !== 'https:') return credentials.createInsecure();
  const { ca = null, cert, key } = certificates();
  if (cert === undefined || key === undefined) return credentials.createSsl(ca);
  return credentials.createSsl(ca, key, cert);
}
