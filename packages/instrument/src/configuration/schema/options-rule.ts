import { MAX_TIMER_MILLIS, parseDuration } from '@org/instrument-core';
import {
  type BatchOptions,
  type ConsoleOptions,
  DETECTOR_NAMES,
  type MetricsOptions,
  type PrometheusOptions,
  type SpanLimits,
  type TracesOptions,
} from '@org/instrument-otel';
import type { InitOptions } from '../../options.ts';
import { audit } from './audit-rule.ts';
import { channels } from './channels/channels-rule.ts';
import { health } from './health-rule.ts';
import {
  attributeValue,
  bool,
  choice,
  duration,
  instance,
  integer,
  leaf,
  list,
  pattern,
  ratio,
  text,
} from './leaves.ts';
import { otlp } from './otlp-rule.ts';
import { type Entries, type Fields, fieldsOf, inCodeOnly, type Relation, type Rule } from './rule.ts';
import { statsd } from './statsd-rule.ts';
import { system } from './system-rule.ts';
import { view } from './view-rule.ts';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];
const MODES = ['direct', 'events', 'disabled'];
const PROPAGATORS = ['tracecontext', 'baggage', 'none'];
/** A package name as npm has it. */
const PACKAGE_NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** A word, or in code an instance. */
function wordOrInstance(words: readonly string[], what: string, methods: readonly string[]): Rule {
  const word = choice(words);
  const object = instance(what, methods);
  const either = leaf(
    `${word.expected}, or ${what}`,
    (value) => word.accepts(value) || object.accepts(value),
    word.fix === undefined ? {} : { fix: word.fix },
  );
  return { kind: 'by-place', code: either, file: word };
}

const attributes: Entries = {
  kind: 'entries',
  expectedKey: 'a key that is not empty',
  acceptsKey: (key) => key.trim() !== '',
  value: attributeValue,
};

const prometheus: Fields = fieldsOf<PrometheusOptions>(
  {
    host: text('a host name or an IP address, without scheme and path', /^[^\s/]+$/),
    port: integer(0, 65_535),
    path: text('a path that starts with /', /^\/[^\s?#]*$/),
    prefix: text('letters, digits and underscores, not starting with a digit', /^[A-Za-z_:][A-Za-z0-9_:]*$/),
    appendTimestamp: bool,
    resourceLabels: pattern,
    withoutScopeInfo: bool,
    withoutTargetInfo: bool,
  },
  { switched: 'both' },
);

const batchFits: Relation = ({ maxQueueSize, maxExportBatchSize }, report) => {
  if (typeof maxQueueSize === 'number' && Number(maxExportBatchSize) > maxQueueSize) {
    report('maxExportBatchSize', `at most maxQueueSize, ${maxQueueSize}`, 'A batch is taken from the queue.');
  }
};

const traces: Fields = fieldsOf<TracesOptions>(
  {
    enabled: bool,
    sampler: wordOrInstance(SAMPLERS, 'a Sampler, with shouldSample()', ['shouldSample']),
    ratio,
    batch: fieldsOf<BatchOptions>(
      {
        maxQueueSize: integer(1),
        maxExportBatchSize: integer(1),
        scheduledDelay: duration('zero'),
        exportTimeout: duration(),
      },
      { relations: [batchFits] },
    ),
    limits: fieldsOf<Partial<SpanLimits>>({
      attributeCount: integer(0),
      attributeValueLength: integer(0),
      eventCount: integer(0),
      linkCount: integer(0),
      attributePerEventCount: integer(0),
      attributePerLinkCount: integer(0),
    }),
    processors: inCodeOnly(
      list(
        'a list of span processors',
        instance('a SpanProcessor, with onStart() and onEnd()', ['onStart', 'onEnd']),
      ),
      'nothing: span processors cannot be written in a file',
      'Give them in code, as traces.processors.',
    ),
  },
  { switched: 'both', whenTrue: { enabled: true } },
);

const timeoutFits: Relation = ({ interval, timeout }, report) => {
  const intervalMillis = parseDuration(interval);
  if (intervalMillis !== undefined && (parseDuration(timeout) ?? 0) > intervalMillis) {
    report('timeout', `at most interval, ${interval}`, 'One push must end before the next begins.');
  }
};

const metrics: Fields = fieldsOf<MetricsOptions>(
  {
    interval: duration(),
    timeout: duration(),
    views: list('a list of views', view),
    // 1: the overflow series alone.
    cardinalityLimit: integer(1),
    exemplars: choice(['trace_based', 'always_off']),
  },
  { switched: 'both', relations: [timeoutFits] },
);

const instrumentation = instance('an OpenTelemetry instrumentation', [
  'enable',
  'disable',
  'setTracerProvider',
]);
const instrumentations: Rule = {
  kind: 'by-place',
  code: list(
    'a list of instrumentations',
    leaf(
      'an OpenTelemetry instrumentation, or a list of them',
      (value) =>
        Array.isArray(value) ? value.every(instrumentation.accepts) : instrumentation.accepts(value),
      {
        fix: (value) =>
          typeof value === 'string' ? 'Package names stand in configuration files only.' : undefined,
      },
    ),
  ),
  file: list('a list of package names', text('the name of a package', PACKAGE_NAME)),
};

const detector = wordOrInstance(DETECTOR_NAMES, 'a ResourceDetector, with detect()', ['detect']);
const detectorWords = `a list of ${DETECTOR_NAMES.join(', ')}`;
const resourceDetectors: Rule = {
  kind: 'by-place',
  code: list(`${detectorWords} and ResourceDetectors`, detector),
  file: list(detectorWords, detector),
};

const propagator = wordOrInstance(PROPAGATORS, 'a TextMapPropagator, with inject() and extract()', [
  'inject',
  'extract',
]);
const propagatorWords = `a list of ${PROPAGATORS.join(', ')}`;
const propagators: Rule = {
  kind: 'by-place',
  code: list(`${propagatorWords} and TextMapPropagators`, propagator),
  file: list(propagatorWords, propagator),
};

/** Every option of `init()`. */
export const options: Fields = fieldsOf<InitOptions>({
  serviceName: text(),
  serviceVersion: text(),
  environment: text(),
  attributes,
  resourceDetectors,
  mode: wordOrInstance(MODES, 'a Recorder, with operation()', ['operation']),
  prometheus,
  otlp,
  console: fieldsOf<ConsoleOptions>(
    { metrics: bool, traces: bool },
    { switched: 'both', whenTrue: { metrics: true, traces: true } },
  ),
  traces,
  metrics,
  metricExportIntervalMillis: integer(1, MAX_TIMER_MILLIS),
  health,
  audit,
  system,
  statsd,
  channels,
  instrumentations,
  propagators,
  logLevel: choice(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all']),
  handleSignals: bool,
  shutdownTimeout: duration('zero'),
});

/** A configuration file: the options, and what differs per environment. */
export const fileOptions: Fields = {
  kind: 'fields',
  fields: {
    ...options.fields,
    environments: {
      kind: 'entries',
      expectedKey: 'the name of an environment',
      acceptsKey: (key) => key.trim() !== '',
      value: options,
    },
  },
};
