import type { MetricsOptions, OtlpProtocol, OtlpSignalOptions, SamplerName } from '../options.ts';
import { parseHeaders } from './parse-pairs.ts';
import {
  choiceParser,
  durationParser,
  integerParser,
  type Parser,
  parseText,
  parseTimeout,
  parseUrl,
} from './parse-values.ts';

/** A variable that says one option. */
export interface Variable {
  readonly name: string;
  /** Path of the option: `traces.batch.maxQueueSize`. */
  readonly path: string;
  readonly parse: Parser<unknown>;
}

const SAMPLERS: readonly SamplerName[] = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];
const PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc'];
const COMPRESSIONS: readonly NonNullable<OtlpSignalOptions['compression']>[] = ['none', 'gzip'];
const EXEMPLARS: readonly NonNullable<MetricsOptions['exemplars']>[] = ['trace_based', 'always_off'];

const NO_SAMPLER = 'It is not offered by name: pass a sampler in code, as traces.sampler.';
const NO_ALWAYS_ON = 'It is not offered: only measurements inside a sampled span become exemplars.';

/** The variables of one OTLP signal, or of all (`prefix` and `path` empty). OTLP exporter specification, "Configuration Options". */
function otlpVariables(prefix: string, path: string): Variable[] {
  return [
    { name: `OTEL_EXPORTER_OTLP_${prefix}ENDPOINT`, path: `otlp.${path}endpoint`, parse: parseUrl },
    { name: `OTEL_EXPORTER_OTLP_${prefix}HEADERS`, path: `otlp.${path}headers`, parse: parseHeaders },
    {
      name: `OTEL_EXPORTER_OTLP_${prefix}PROTOCOL`,
      path: `otlp.${path}protocol`,
      parse: choiceParser(PROTOCOLS),
    },
    { name: `OTEL_EXPORTER_OTLP_${prefix}TIMEOUT`, path: `otlp.${path}timeout`, parse: parseTimeout },
    {
      name: `OTEL_EXPORTER_OTLP_${prefix}COMPRESSION`,
      path: `otlp.${path}compression`,
      parse: choiceParser(COMPRESSIONS),
    },
  ];
}

/**
 * Every variable that says exactly one option (OpenTelemetry environment variable specification). Those that need
 * more than a row are read in `read-environment.ts`.
 */
export const VARIABLES: readonly Variable[] = [
  { name: 'OTEL_SERVICE_NAME', path: 'serviceName', parse: parseText },
  {
    name: 'OTEL_LOG_LEVEL',
    path: 'logLevel',
    parse: choiceParser(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all']),
  },
  {
    name: 'OTEL_TRACES_SAMPLER',
    path: 'traces.sampler',
    parse: choiceParser(SAMPLERS, {
      jaeger_remote: NO_SAMPLER,
      parentbased_jaeger_remote: NO_SAMPLER,
      xray: NO_SAMPLER,
    }),
  },
  { name: 'OTEL_BSP_SCHEDULE_DELAY', path: 'traces.batch.scheduledDelay', parse: durationParser(0) },
  { name: 'OTEL_BSP_EXPORT_TIMEOUT', path: 'traces.batch.exportTimeout', parse: parseTimeout },
  { name: 'OTEL_BSP_MAX_QUEUE_SIZE', path: 'traces.batch.maxQueueSize', parse: integerParser(1) },
  {
    name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    path: 'traces.batch.maxExportBatchSize',
    parse: integerParser(1),
  },
  // The specific ones come later and win.
  { name: 'OTEL_ATTRIBUTE_COUNT_LIMIT', path: 'traces.limits.attributeCount', parse: integerParser(0) },
  {
    name: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    path: 'traces.limits.attributeValueLength',
    parse: integerParser(0),
  },
  { name: 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', path: 'traces.limits.attributeCount', parse: integerParser(0) },
  {
    name: 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    path: 'traces.limits.attributeValueLength',
    parse: integerParser(0),
  },
  { name: 'OTEL_SPAN_EVENT_COUNT_LIMIT', path: 'traces.limits.eventCount', parse: integerParser(0) },
  { name: 'OTEL_SPAN_LINK_COUNT_LIMIT', path: 'traces.limits.linkCount', parse: integerParser(0) },
  {
    name: 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    path: 'traces.limits.attributePerEventCount',
    parse: integerParser(0),
  },
  {
    name: 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
    path: 'traces.limits.attributePerLinkCount',
    parse: integerParser(0),
  },
  // From 1: a periodic reader refuses an interval of 0.
  { name: 'OTEL_METRIC_EXPORT_INTERVAL', path: 'metrics.interval', parse: durationParser(1) },
  { name: 'OTEL_METRIC_EXPORT_TIMEOUT', path: 'metrics.timeout', parse: parseTimeout },
  {
    name: 'OTEL_METRICS_EXEMPLAR_FILTER',
    path: 'metrics.exemplars',
    parse: choiceParser(EXEMPLARS, { always_on: NO_ALWAYS_ON }),
  },
  ...otlpVariables('', ''),
  ...otlpVariables('TRACES_', 'traces.'),
  ...otlpVariables('METRICS_', 'metrics.'),
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    path: 'otlp.temporality',
    parse: choiceParser(['cumulative', 'delta', 'lowmemory']),
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    path: 'otlp.histogramAggregation',
    parse: choiceParser(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']),
  },
  { name: 'OTEL_EXPORTER_PROMETHEUS_HOST', path: 'prometheus.host', parse: parseText },
  { name: 'OTEL_EXPORTER_PROMETHEUS_PORT', path: 'prometheus.port', parse: integerParser(0, 65_535) },
];
