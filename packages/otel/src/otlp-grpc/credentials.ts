import type { ChannelCredentials } from '@grpc/grpc-js';
import { tell } from '@org/instrument-core';
import { readCertificates } from '../otlp-http/certificates.ts';
import type { Grpc } from './load-grpc.ts';

/**
 * `https://` is TLS, `http://` is none: the scheme wins over everything else (OTLP exporter specification, "Configuration
 * Options"). Certificates are those of the specification's variables.
 *
 * @throws {Error} for a certificate that is none.
 */
export function credentialsOf(
  { credentials }: Grpc,
  { protocol }: URL,
  signal: 'metrics' | 'traces',
): ChannelCredentials {
  if (protocol !== 'https:') return credentials.createInsecure();
  const { ca = null, cert, key } = readCertificates(signal);
  if (cert !== undefined && key !== undefined) return credentials.createSsl(ca, key, cert);
  if (cert !== undefined || key !== undefined) {
    tell(
      'warn',
      'OTLP over gRPC: a client certificate and its key belong together; the one without the other is ignored.',
    );
  }
  return credentials.createSsl(ca);
}
