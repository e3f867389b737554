import { certificateVariable } from './certificates.ts';

type Signal = 'metrics' | 'traces';

/**
 * What OpenSSL says of a receiver whose certificate nobody vouches for. By its words, since `@grpc/grpc-js` keeps no codes.
 */
const UNTRUSTED =
  /self-signed certificate|unable to get (?:local )?issuer certificate|unable to verify the first certificate/;
/** Alerts of a receiver that wants a certificate of its client, or another one (RFC 8446, section 6.2). */
const CLIENT_REFUSED =
  /alert (?:certificate (?:required|unknown|expired|revoked)|bad certificate|unsupported certificate|unknown ca|handshake failure)/;

/** Which variable to look at when a connection failed over TLS like this; `undefined` when over something else. */
export function tlsAdvice({ message }: Error, signal: Signal): string | undefined {
  if (UNTRUSTED.test(message))
    return `Whom to trust is set by ${certificateVariable('ca', signal)}, as the path of a PEM file`;
  return CLIENT_REFUSED.test(message) ? clientCertificateAdvice(signal) : undefined;
}

/** For a receiver that wants to know who its client is. */
export function clientCertificateAdvice(signal: Signal): string {
  const [cert, key] = [certificateVariable('cert', signal), certificateVariable('key', signal)];
  return `The certificate of the client that it may ask for is set by ${cert} and ${key}, as paths of PEM files`;
}
