import type { Attributes } from '@opentelemetry/api';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import { tell } from '@org/instrument-core';
import type { OtlpTarget } from '../otlp.ts';
import { createOtlpDelegate, type OtlpDelegateOptions } from '../otlp-delegate.ts';
import { reportForeignAnswer } from '../otlp-transport/foreign-answer.ts';
import { userAgent } from '../user-agent.ts';
import { watchCertificates } from './certificates.ts';
import { createHttpTransport, type HttpDestination } from './transport.ts';

const NO_CERTIFICATES = {};
const CONTENT_TYPES = { 'http/json': 'application/json', 'http/protobuf': 'application/x-protobuf' } as const;

/** The SDK's own export over our transport of HTTP. */
export function createHttpDelegate<Items, Response>(
  options: OtlpDelegateOptions<Items, Response>,
): IOtlpExportDelegate<Items> {
  const { target, stop, repetition, onFault, progress } = options;
  warnOfEncoding(target);
  const transport = createHttpTransport({
    ...destinationOf(target),
    stop,
    repetition,
    onFault,
    progress,
    onForeignAnswer: (contentType) => reportForeignAnswer(target, `A page (${contentType})`),
  });
  return createOtlpDelegate(options, transport, attributesOf);
}

function attributesOf(error: unknown): Attributes {
  if (error === undefined) return { 'http.response.status_code': 200 };
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? { 'http.response.status_code': code } : {};
}

/** Where and how what goes to a target is sent. Throws when its URL is none. */
export function destinationOf(target: OtlpTarget): HttpDestination {
  const url = urlOf(target);
  return {
    url,
    headers: headersOf(target),
    compression: target.compression,
    certificates: url.protocol === 'https:' ? watchCertificates(target.signal) : () => NO_CERTIFICATES,
  };
}

function urlOf({ url, endpointOption }: OtlpTarget): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return parsed;
  // The text is not repeated: it may hold a password.
  throw new Error(`OTLP over HTTP needs an http:// or https:// URL; see ${endpointOption}`);
}

/** What is said of the body is ours to say: a receiver would not find in it what another one says. */
const ENCODING = 'content-encoding';

function warnOfEncoding({ headers }: OtlpTarget): void {
  if (!Object.keys(headers).some((name) => name.toLowerCase() === ENCODING)) return;
  tell(
    'warn',
    `OTLP over HTTP: the header ${ENCODING} is left out; see otlp.compression (OTEL_EXPORTER_OTLP_COMPRESSION)`,
  );
}

/** Names in lower case, so that what the protocol asks for replaces what the user says in any case. */
function headersOf({ headers, protocol }: OtlpTarget): Record<string, string> {
  const given = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name !== ENCODING);
  return {
    'user-agent': userAgent(),
    ...Object.fromEntries(given),
    'content-type': protocol === 'http/json' ? CONTENT_TYPES['http/json'] : CONTENT_TYPES['http/protobuf'],
  };
}
