import type { OtlpTarget } from './otlp.ts';
import { type GrpcStatus, GrpcStatusError } from './otlp-grpc/status.ts';
import type { ReceiverWords } from './receiver.ts';

/** Statuses of gRPC that are worth a hint, as those of HTTP; 0: there was no answer. */
const HTTP_STATUSES: Partial<Record<GrpcStatus, number>> = {
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  UNIMPLEMENTED: 404,
  // There is no telling those of a receiver from those that grpc-js makes for want of one.
  UNAVAILABLE: 0,
  DEADLINE_EXCEEDED: 0,
};

/** What OpenSSL says of a receiver whose certificate nobody vouches for. */
const UNTRUSTED: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What to say of exports to an OTLP receiver that fail: where they went, and which option to look at. */
export function otlpFailure({ url, endpointOption, headers, protocol, signal }: OtlpTarget): ReceiverWords {
  return {
    // The paths of HTTP tell the signal.
    destination: `OTLP receiver ${shown(url)}${protocol === 'grpc' ? ` (${signal})` : ''}`,
    headers,
    hint: (error) => {
      const code = error instanceof GrpcStatusError ? (HTTP_STATUSES[error.status] ?? 500) : error.code;
      if (UNTRUSTED.has(code))
        return 'Whom to trust is set by OTEL_EXPORTER_OTLP_CERTIFICATE, as the path of a PEM file';
      if (code === 401 || code === 403) return 'See otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)';
      // Without a status there was no answer; with these it is not, or no longer, a receiver of OTLP that answers.
      const isElsewhere =
        typeof code !== 'number' || code === 0 || code === 404 || code === 405 || isRedirect(code);
      return isElsewhere ? `The address is set by ${endpointOption}` : undefined;
    },
  };
}

function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399;
}

/** The URL without what may be secret: credentials and the query. */
function shown(url: string): string {
  if (!URL.canParse(url)) return '';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
