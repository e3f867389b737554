import { parseDuration } from '@org/instrument-core';
import type { OtelOptions, OtlpOptions, OtlpProtocol, OtlpSignalOptions } from './options.ts';
import { splitCredentials } from './otlp-transport/url-credentials.ts';

/** Endpoints of a collector on this machine (OTLP specification, "OTLP/HTTP Default Port" and "OTLP/gRPC Default Port"). */
const DEFAULT_HTTP_ENDPOINT = 'http://localhost:4318';
const DEFAULT_GRPC_ENDPOINT = 'http://localhost:4317';
/** The specification's default for `OTEL_EXPORTER_OTLP_TIMEOUT`. */
const DEFAULT_TIMEOUT_MILLIS = 10_000;

/** What an OTLP exporter is given: everything, so that it reads nothing from the environment by itself. */
export interface OtlpTarget {
  readonly signal: 'metrics' | 'traces';
  /** Without credentials: they are among the headers. */
  readonly url: string;
  /** What sets the URL, for messages: the option and its variable. */
  readonly endpointOption: string;
  readonly headers: Record<string, string>;
  readonly protocol: OtlpProtocol;
  readonly compression: 'none' | 'gzip';
  readonly timeoutMillis: number;
}

/** Where one signal goes, or `undefined` when it goes nowhere: no endpoint, or switched off. */
export function otlpTarget(otlp: OtelOptions['otlp'], signal: 'metrics' | 'traces'): OtlpTarget | undefined {
  if (otlp === undefined || otlp === false) return undefined;
  const general: OtlpOptions = otlp === true ? {} : otlp;
  const own = general[signal];
  if (own === false) return undefined;
  const setting = <Key extends keyof OtlpSignalOptions>(key: Key): OtlpSignalOptions[Key] =>
    own?.[key] ?? general[key];
  // The specification's default protocol.
  const protocol = setting('protocol') ?? 'http/protobuf';
  const isOn = otlp === true || setting('enabled') === true;
  const url = own?.endpoint ?? signalUrl(general.endpoint, isOn, protocol, signal);
  if (url === undefined) return undefined;
  const path = own?.endpoint === undefined ? [] : [signal];
  const { bareUrl, authorization } = splitCredentials(url);
  return {
    signal,
    url: bareUrl,
    endpointOption:
      `${['otlp', ...path, 'endpoint'].join('.')} ` +
      `(${['OTEL_EXPORTER_OTLP', ...path, 'ENDPOINT'].join('_').toUpperCase()})`,
    headers: withAuthorization({ ...general.headers, ...own?.headers }, authorization),
    protocol,
    compression: setting('compression') ?? 'none',
    timeoutMillis: parseDuration(setting('timeout')) ?? DEFAULT_TIMEOUT_MILLIS,
  };
}

/** Headers win over the URL, as in `node:http`. */
function withAuthorization(
  headers: Record<string, string>,
  authorization: string | undefined,
): Record<string, string> {
  if (authorization === undefined) return headers;
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return isSaid ? headers : { ...headers, authorization };
}

function signalUrl(
  endpoint: string | undefined,
  isOn: boolean,
  protocol: OtlpProtocol,
  signal: 'metrics' | 'traces',
): string | undefined {
  // gRPC has no paths: the methods have names.
  if (protocol === 'grpc') return endpoint ?? (isOn ? DEFAULT_GRPC_ENDPOINT : undefined);
  const base = endpoint ?? (isOn ? DEFAULT_HTTP_ENDPOINT : undefined);
  // A query stays behind the path: `https://collector/?tenant=a`.
  return base?.replace(/^([^?#]*?)\/*(?=[?#]|$)/, `$1/v1/${signal}`);
}
