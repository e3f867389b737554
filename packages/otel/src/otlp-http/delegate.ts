import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import type { OtlpTarget } from '../otlp.ts';
import { createOtlpDelegate, type OtlpDelegateOptions } from '../otlp-delegate.ts';
import { userAgent } from '../user-agent.ts';
import { readCertificates } from './certificates.ts';
import { createHttpTransport, type HttpDestination } from './transport.ts';

const CONTENT_TYPES = { 'http/json': 'application/json', 'http/protobuf': 'application/x-protobuf' } as const;

/** The SDK's own export over our transport of HTTP. */
export function createHttpDelegate<Items, Response>(
  options: OtlpDelegateOptions<Items, Response>,
): IOtlpExportDelegate<Items> {
  const { target, stop, repetition, onFault, progress } = options;
  const transport = createHttpTransport({ ...destinationOf(target), stop, repetition, onFault, progress });
  return createOtlpDelegate(options, transport, (error) => {
    if (error === undefined) return { 'http.response.status_code': 200 };
    const { code } = error as { code?: unknown };
    return typeof code === 'number' ? { 'http.response.status_code': code } : {};
  });
}

/** Where and how what goes to a target is sent. Throws when its URL is none. */
export function destinationOf(target: OtlpTarget): HttpDestination {
  const url = urlOf(target);
  return {
    url,
    headers: headersOf(target),
    compression: target.compression,
    certificates: url.protocol === 'https:' ? readCertificates(target.signal) : {},
  };
}

function urlOf({ url, endpointOption }: OtlpTarget): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return parsed;
  // The text is not repeated: it may hold a password.
  throw new Error(`OTLP over HTTP needs an http:// or https:// URL; see ${endpointOption}`);
}

/** Names in lower case, so that what the protocol asks for replaces what the user says in any case. */
function headersOf({ headers, protocol }: OtlpTarget): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    'user-agent': userAgent(),
    ...Object.fromEntries(given),
    'content-type': protocol === 'http/json' ? CONTENT_TYPES['http/json'] : CONTENT_TYPES['http/protobuf'],
  };
}
