import type { OtlpOptions, OtlpSignalOptions } from '@org/instrument-otel';
import { choice, duration, headerValue, url } from './leaves.ts';
import { type Entries, type Fields, fieldsOf } from './rule.ts';

/** Where a collector takes OTLP over HTTP when nothing else is said (OTLP exporter specification). */
export const DEFAULT_OTLP_ENDPOINT = 'http://localhost:4318';

/** A field name of HTTP: a token (RFC 9110, section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const headers: Entries = {
  kind: 'entries',
  expectedKey: 'a header name: letters, digits and - . _ ~ but no space or colon',
  acceptsKey: (key) => HEADER_NAME.test(key),
  value: headerValue,
  caseless: true,
};

const signalFields = {
  endpoint: url,
  headers,
  protocol: choice(['http/protobuf', 'http/json']),
  compression: choice(['none', 'gzip']),
  timeout: duration(),
};

const signal: Fields = fieldsOf<OtlpSignalOptions>(signalFields, { switched: 'off' });

/** `otlp`: `true` is short for the default endpoint. */
export const otlp: Fields = fieldsOf<OtlpOptions>(
  {
    ...signalFields,
    metrics: signal,
    traces: signal,
    temporality: choice(['cumulative', 'delta', 'lowmemory']),
  },
  { switched: 'both', whenTrue: { endpoint: DEFAULT_OTLP_ENDPOINT } },
);
