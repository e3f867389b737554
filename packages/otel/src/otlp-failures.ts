import type { OtlpTarget } from './otlp.ts';
import { type GrpcStatus, GrpcStatusError } from './otlp-grpc/status.ts';
import { HttpStatusError } from './otlp-http/status.ts';
import { clientCertificateAdvice, tlsAdvice } from './otlp-http/tls-advice.ts';
import { shownUrl } from './otlp-transport/shown-url.ts';
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

/** What servers answer that speak TLS only: nginx, Go and those written in it, Apache. */
const WANTS_TLS = /\bto (?:an )?HTTPS (?:port|server)|HTTP to an SSL-enabled server port/i;
/** What nginx answers to whoever does not prove who it is. */
const WANTS_CLIENT_CERTIFICATE = /No required SSL certificate was sent|The SSL certificate error/i;

/** What to say of exports to an OTLP receiver that fail: where they went, and which option to look at. */
export function otlpFailure(target: OtlpTarget): ReceiverWords {
  const { url, headers, protocol, signal } = target;
  return {
    // The paths of HTTP tell the signal.
    destination: `OTLP receiver ${shownUrl(url)}${protocol === 'grpc' ? ` (${signal})` : ''}`,
    headers,
    hint: (error) => hintFor(error, target),
  };
}

function hintFor(error: Error & { code?: unknown }, target: OtlpTarget): string | undefined {
  const { endpointOption, signal } = target;
  const code = codeOf(error);
  const isAnswer = typeof code === 'number' && code > 0;
  const advice = isAnswer ? undefined : tlsAdvice(error, signal);
  if (advice !== undefined) return advice;
  if (code === 400 && error instanceof HttpStatusError) return badRequestHint(error, target);
  if (code === 401 || code === 403) return 'See otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)';
  if (code === 413) return sizeHint(target);
  // Without a status there was no answer; with these it is not, or no longer, a receiver of OTLP that answers.
  const isElsewhere = !isAnswer || code === 404 || code === 405 || isRedirect(code);
  return isElsewhere ? `The address is set by ${endpointOption}` : undefined;
}

function codeOf(error: Error & { code?: unknown }): unknown {
  return error instanceof GrpcStatusError ? (error.code ?? HTTP_STATUSES[error.status] ?? 500) : error.code;
}

function badRequestHint(
  { data }: HttpStatusError,
  { endpointOption, signal }: OtlpTarget,
): string | undefined {
  if (WANTS_TLS.test(data)) return `It wants TLS: write https:// in ${endpointOption}`;
  return WANTS_CLIENT_CERTIFICATE.test(data) ? clientCertificateAdvice(signal) : undefined;
}

function sizeHint({ compression, signal }: OtlpTarget): string {
  const ways = [
    ...(compression === 'gzip' ? [] : ["otlp.compression: 'gzip' (OTEL_EXPORTER_OTLP_COMPRESSION)"]),
    ...(signal === 'traces'
      ? ['a smaller traces.batch.maxExportBatchSize (OTEL_BSP_MAX_EXPORT_BATCH_SIZE)']
      : []),
    'a higher limit of the receiver or of the proxy before it',
  ];
  return `The export is larger than it takes, and needs ${ways.join(', or ')}`;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399;
}
