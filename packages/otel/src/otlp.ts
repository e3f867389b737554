import { parseDuration } from '@org/instrument-core';
import type { OtelOptions, OtlpOptions, OtlpProtocol, OtlpSignalOptions } from './options.ts';

/** Endpoint of a collector on this machine (OTLP specification, "OTLP/HTTP Default Port"). */
const DEFAULT_ENDPOINT = 'http://localhost:4318';
/** The specification's default for `OTEL_EXPORTER_OTLP_TIMEOUT`. */
const DEFAULT_TIMEOUT_MILLIS = 10_000;

/** What an OTLP exporter is given: everything, so that it reads nothing from the environment by itself. */
export interface OtlpTarget {
  readonly url: string;
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
  const url = own?.endpoint ?? signalUrl(general, otlp === true, signal);
  if (url === undefined) return undefined;
  const setting = <Key extends keyof OtlpSignalOptions>(key: Key): OtlpSignalOptions[Key] =>
    own?.[key] ?? general[key];
  return {
    url,
    headers: { ...general.headers, ...own?.headers },
    // The specification's default protocol.
    protocol: setting('protocol') ?? 'http/protobuf',
    compression: setting('compression') ?? 'none',
    timeoutMillis: parseDuration(setting('timeout')) ?? DEFAULT_TIMEOUT_MILLIS,
  };
}

function signalUrl(general: OtlpOptions, isOn: boolean, signal: 'metrics' | 'traces'): string | undefined {
  const endpoint = general.endpoint ?? (isOn ? DEFAULT_ENDPOINT : undefined);
  return endpoint === undefined ? undefined : `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
}
