import type { OtlpOptions, OtlpSignalOptions } from '@org/instrument-otel';
import { choice, duration, headerValue, leaf, url } from './leaves.ts';
import { type Entries, type Fields, fieldsOf } from './rule.ts';

/** A field name of HTTP: a token (RFC 9110, section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const headers: Entries = {
  kind: 'entries',
  expectedKey: 'a header name: letters, digits and - . _ ~ but no space or colon',
  acceptsKey: (key) => HEADER_NAME.test(key),
  value: headerValue,
  caseless: true,
};

/** There is one way to switch a part off. */
const enabled = leaf('true', (value) => value === true, {
  reads: 'boolean',
  fix: (value) => (value === false ? 'Write false in place of the settings to switch it off.' : undefined),
});

const signalFields = {
  enabled,
  endpoint: url,
  headers,
  protocol: choice(['http/protobuf', 'http/json', 'grpc']),
  compression: choice(['none', 'gzip']),
  timeout: duration(),
};

const signal: Fields = fieldsOf<OtlpSignalOptions>(signalFields, { switched: 'off' });

/** `otlp`: `true` is short for the default endpoint, which depends on the protocol. */
export const otlp: Fields = fieldsOf<OtlpOptions>(
  {
    ...signalFields,
    metrics: signal,
    traces: signal,
    temporality: choice(['cumulative', 'delta', 'lowmemory']),
    histogramAggregation: choice(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']),
  },
  { switched: 'both', whenTrue: { enabled: true } },
);
