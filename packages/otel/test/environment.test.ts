import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/environment/read-environment.ts';

const NO_LIMIT = 2_147_483_647;
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const collector = { [ENDPOINT]: 'http://collector:4318' };

/** Variable, its value, and the options it gives. */
const understood: [name: string, value: string, options: object, beside?: Record<string, string>][] = [
  ['OTEL_SERVICE_NAME', ' checkout ', { serviceName: 'checkout' }],
  [
    'OTEL_RESOURCE_ATTRIBUTES',
    'service.version=1.2, deployment.environment.name=prod,team=a%2Cb%3Dc,empty=',
    {
      attributes: {
        'service.version': '1.2',
        'deployment.environment.name': 'prod',
        team: 'a,b=c',
        empty: '',
      },
    },
  ],
  ['OTEL_RESOURCE_ATTRIBUTES', 'service.name=cart', { serviceName: 'cart' }],
  ['OTEL_LOG_LEVEL', 'DEBUG', { logLevel: 'debug' }],
  ['OTEL_LOG_LEVEL', 'none', { logLevel: 'none' }],
  ['OTEL_PROPAGATORS', 'baggage, tracecontext,baggage', { propagators: ['baggage', 'tracecontext'] }],
  ['OTEL_PROPAGATORS', 'none', { propagators: ['none'] }],
  ['OTEL_TRACES_SAMPLER', 'parentbased_always_off', { traces: { sampler: 'parentbased_always_off' } }],
  ['OTEL_TRACES_SAMPLER', 'Always_On', { traces: { sampler: 'always_on' } }],
  [
    'OTEL_TRACES_SAMPLER_ARG',
    '0.25',
    { traces: { sampler: 'traceidratio', ratio: 0.25 } },
    { OTEL_TRACES_SAMPLER: 'traceidratio' },
  ],
  ['OTEL_BSP_SCHEDULE_DELAY', '0', { traces: { batch: { scheduledDelay: 0 } } }],
  ['OTEL_BSP_EXPORT_TIMEOUT', '15000', { traces: { batch: { exportTimeout: 15_000 } } }],
  ['OTEL_BSP_EXPORT_TIMEOUT', '0', { traces: { batch: { exportTimeout: NO_LIMIT } } }],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '4096', { traces: { batch: { maxQueueSize: 4096 } } }],
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '64', { traces: { batch: { maxExportBatchSize: 64 } } }],
  ['OTEL_ATTRIBUTE_COUNT_LIMIT', '10', { traces: { limits: { attributeCount: 10 } } }],
  ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '99', { traces: { limits: { attributeValueLength: 99 } } }],
  [
    'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
    '0',
    { traces: { limits: { attributeCount: 0 } } },
    { OTEL_ATTRIBUTE_COUNT_LIMIT: '10' },
  ],
  ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', '9', { traces: { limits: { attributeValueLength: 9 } } }],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', '1', { traces: { limits: { eventCount: 1 } } }],
  ['OTEL_SPAN_LINK_COUNT_LIMIT', '2', { traces: { limits: { linkCount: 2 } } }],
  ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', '3', { traces: { limits: { attributePerEventCount: 3 } } }],
  ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', '4', { traces: { limits: { attributePerLinkCount: 4 } } }],
  ['OTEL_METRIC_EXPORT_INTERVAL', '1000', { metrics: { interval: 1_000 } }],
  ['OTEL_METRIC_EXPORT_TIMEOUT', '500', { metrics: { timeout: 500 } }],
  ['OTEL_METRICS_EXEMPLAR_FILTER', 'always_off', { metrics: { exemplars: 'always_off' } }],
  ['OTEL_METRICS_EXEMPLAR_FILTER', 'TRACE_BASED', { metrics: { exemplars: 'trace_based' } }],
  ['OTEL_EXPORTER_PROMETHEUS_HOST', '0.0.0.0', { prometheus: { host: '0.0.0.0' } }],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '0', { prometheus: { port: 0 } }],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '65535', { prometheus: { port: 65_535 } }],
  ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'LowMemory', { otlp: { temporality: 'lowmemory' } }],
  ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'delta', { otlp: { temporality: 'delta' } }],
  [
    'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    'BASE2_exponential_bucket_histogram',
    { otlp: { histogramAggregation: 'base2_exponential_bucket_histogram' } },
  ],
  ['OTEL_NODE_RESOURCE_DETECTORS', 'none', { resourceDetectors: [] }],
  ['OTEL_NODE_RESOURCE_DETECTORS', 'process, env,HOST', { resourceDetectors: ['host', 'process'] }],
];

/** The five settings that exist for all signals and for each. */
const otlpSettings: [suffix: string, value: string, settings: object][] = [
  ['ENDPOINT', 'https://collector:4318/base', { endpoint: 'https://collector:4318/base' }],
  [
    'HEADERS',
    'api-key=a%20b,authorization=Basic dXNlcg==',
    { headers: { 'api-key': 'a b', authorization: 'Basic dXNlcg==' } },
  ],
  ['PROTOCOL', 'http/json', { protocol: 'http/json' }],
  ['PROTOCOL', 'gRPC', { protocol: 'grpc' }],
  ['TIMEOUT', '2500', { timeout: 2_500 }],
  ['TIMEOUT', '0', { timeout: NO_LIMIT }],
  ['COMPRESSION', 'gzip', { compression: 'gzip' }],
];
for (const [suffix, value, settings] of otlpSettings) {
  understood.push(
    [`OTEL_EXPORTER_OTLP_${suffix}`, value, { otlp: settings }],
    [`OTEL_EXPORTER_OTLP_TRACES_${suffix}`, value, { otlp: { traces: settings } }],
    [`OTEL_EXPORTER_OTLP_METRICS_${suffix}`, value, { otlp: { metrics: settings } }],
  );
}

/** Variable, and a value that cannot be understood. */
const refused: [name: string, value: string][] = [
  ['OTEL_RESOURCE_ATTRIBUTES', 'team=100%,region=eu'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'region=eu,team'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'region=eu,=x'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'region=eu=west'],
  ['OTEL_LOG_LEVEL', 'loud'],
  ['OTEL_PROPAGATORS', 'b3'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '0.5'],
  ['OTEL_BSP_SCHEDULE_DELAY', '-1'],
  ['OTEL_BSP_SCHEDULE_DELAY', '5s'],
  ['OTEL_BSP_EXPORT_TIMEOUT', '1.5'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '1e3'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '0'],
  ['OTEL_METRIC_EXPORT_TIMEOUT', '2147483648'],
  ['OTEL_METRICS_EXEMPLAR_FILTER', 'always_on'],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '65536'],
  ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'both'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_METRICS_EXPORTER', 'statsd'],
  ...['', 'TRACES_', 'METRICS_'].flatMap((signal): [string, string][] => [
    [`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`, 'collector:4318'],
    [`OTEL_EXPORTER_OTLP_${signal}HEADERS`, 'no pair'],
    [`OTEL_EXPORTER_OTLP_${signal}PROTOCOL`, 'http/thrift'],
    [`OTEL_EXPORTER_OTLP_${signal}TIMEOUT`, '10s'],
    [`OTEL_EXPORTER_OTLP_${signal}COMPRESSION`, 'zstd'],
  ]),
];

describe('a variable of the environment', () => {
  it.each(understood)('%s=%s is understood', (name, value, options, beside = {}) => {
    const reading = readEnvironment({ ...beside, [name]: value });
    expect(reading.options).toEqual(options);
    expect(reading.warnings).toEqual([]);
    expect(Object.values(reading.sources)).toContain(name);
  });

  it.each(refused)('%s=%s is ignored with a warning that names it', (name, value) => {
    const reading = readEnvironment({ [name]: value });
    expect(reading.options).toEqual({});
    expect(reading.warnings.map((warning) => warning.source)).toEqual([name]);
  });

  it.each([...new Set([...understood, ...refused].map(([name]) => name)), 'OTEL_SDK_DISABLED'])(
    '%s counts as unset when it is empty or blank',
    (name) => {
      const unset = { options: {}, disabled: false, warnings: [], sources: {} };
      expect(readEnvironment({ [name]: '' })).toEqual(unset);
      expect(readEnvironment({ [name]: '  ' })).toEqual(unset);
    },
  );

  it('never makes the reading throw, whatever it holds', () => {
    const names = [...new Set([...understood, ...refused].map(([name]) => name))];
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('%', '__proto__=1', 'constructor', ',,', '=', '%E0%A4%A'),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (env) => {
        readEnvironment(env);
        expect(({} as Record<string, unknown>)['1']).toBeUndefined();
      }),
    );
  });
});

describe('OTEL_SDK_DISABLED', () => {
  it.each(['true', 'TRUE', 'True'])('%s disables', (value) => {
    expect(readEnvironment({ OTEL_SDK_DISABLED: value })).toMatchObject({ disabled: true, warnings: [] });
  });

  it.each(['1', 'yes', 'on'])('%s does not disable, and is warned of', (value) => {
    const { disabled, warnings } = readEnvironment({ OTEL_SDK_DISABLED: value });
    expect(disabled).toBe(false);
    expect(warnings).toMatchObject([{ source: 'OTEL_SDK_DISABLED', expected: 'true or false' }]);
  });

  it('false is no reason for a warning', () => {
    expect(readEnvironment({ OTEL_SDK_DISABLED: 'False' })).toMatchObject({ disabled: false, warnings: [] });
  });
});

describe('the service name', () => {
  it('of OTEL_SERVICE_NAME wins over the one in OTEL_RESOURCE_ATTRIBUTES', () => {
    const { options, sources } = readEnvironment({
      OTEL_SERVICE_NAME: 'checkout',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=cart,region=eu',
    });
    expect(options).toEqual({ serviceName: 'checkout', attributes: { region: 'eu' } });
    expect(sources.serviceName).toBe('OTEL_SERVICE_NAME');
  });
});

describe('sampler argument', () => {
  it('is warned of when it is no share', () => {
    const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '1.5' };
    const { options, warnings } = readEnvironment(env);
    expect(options).toEqual({ traces: { sampler: 'parentbased_traceidratio' } });
    expect(warnings).toMatchObject([{ path: 'traces.ratio', expected: 'a number from 0 to 1' }]);
  });

  it('is warned of beside a sampler that takes none', () => {
    const { warnings } = readEnvironment({
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_TRACES_SAMPLER_ARG: '0.5',
    });
    expect(warnings).toMatchObject([{ source: 'OTEL_TRACES_SAMPLER_ARG' }]);
  });
});

describe('lists', () => {
  it('keep what is known when a part is not', () => {
    const { options, warnings } = readEnvironment({ OTEL_PROPAGATORS: 'b3,tracecontext' });
    expect(options).toEqual({ propagators: ['tracecontext'] });
    expect(warnings).toMatchObject([{ found: '"b3"', source: 'OTEL_PROPAGATORS' }]);
  });

  it('leave out none beside other words', () => {
    const { options, warnings } = readEnvironment({ OTEL_PROPAGATORS: 'none,baggage' });
    expect(options).toEqual({ propagators: ['baggage'] });
    expect(warnings).toHaveLength(1);
  });
});

describe('exporters', () => {
  const exporters: [text: string, env: Record<string, string>, options: object][] = [
    ['an endpoint alone sends both signals', collector, { otlp: { endpoint: 'http://collector:4318' } }],
    [
      'otlp named for one signal without an endpoint sends that signal to the default one',
      { OTEL_METRICS_EXPORTER: 'otlp,prometheus' },
      { otlp: { metrics: { enabled: true } }, prometheus: true },
    ],
    [
      'otlp named for both signals',
      { OTEL_METRICS_EXPORTER: 'otlp', OTEL_TRACES_EXPORTER: 'otlp' },
      {
        otlp: { metrics: { enabled: true }, traces: { enabled: true } },
        prometheus: false,
      },
    ],
    [
      'otlp named beside an endpoint takes that endpoint',
      { ...collector, OTEL_TRACES_EXPORTER: 'otlp' },
      { otlp: { endpoint: 'http://collector:4318' } },
    ],
    [
      'a signal whose exporters leave out otlp is not sent',
      { ...collector, OTEL_METRICS_EXPORTER: 'prometheus' },
      { otlp: { endpoint: 'http://collector:4318', metrics: false }, prometheus: true },
    ],
    [
      'none switches the exporters of a signal off',
      { ...collector, OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_PROMETHEUS_PORT: '9000' },
      { otlp: { endpoint: 'http://collector:4318', metrics: false }, prometheus: false },
    ],
    ['none for traces leaves /metrics alone', { OTEL_TRACES_EXPORTER: 'none' }, { otlp: { traces: false } }],
    [
      'prometheus keeps its address',
      { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '9000' },
      { otlp: { metrics: false }, prometheus: { port: 9000 } },
    ],
    [
      'console is per signal',
      { OTEL_TRACES_EXPORTER: 'console' },
      { otlp: { traces: false }, console: { traces: true } },
    ],
  ];

  it.each(exporters)('%s', (_text, env, options) => {
    const reading = readEnvironment(env);
    expect(reading.options).toEqual(options);
    expect(reading.warnings).toEqual([]);
  });
});

describe('a variable that other SDKs heed', () => {
  const warned = (env: Record<string, string>): (string | undefined)[] =>
    readEnvironment(env).warnings.map(({ source }) => source);

  it.each([
    ['OTEL_LOGS_EXPORTER', 'otlp'],
    ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', 'http://collector:4318/v1/logs'],
    ['OTEL_BLRP_SCHEDULE_DELAY', '1000'],
    ['OTEL_CONFIG_FILE', 'otel.yaml'],
    ['OTEL_EXPERIMENTAL_CONFIG_FILE', 'otel.yaml'],
    ['OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'http://zipkin:9411'],
  ])('%s=%s has no effect, and is warned of', (name, value) => {
    expect(readEnvironment({ [name]: value })).toMatchObject({ options: {}, sources: {} });
    expect(warned({ [name]: value })).toEqual([name]);
  });

  it('is warned of once for all that are about the same', () => {
    expect(
      warned({
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_BLRP_MAX_QUEUE_SIZE: '10',
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'a=b',
      }),
    ).toEqual(['OTEL_BLRP_MAX_QUEUE_SIZE']);
  });

  it.each([
    ['OTEL_LOGS_EXPORTER', 'none'],
    ['OTEL_LOGS_EXPORTER', ' '],
    ['OTEL_NODE_RESOURCE_DETECTORS', 'env,all'],
  ])('%s=%s asks for nothing else, and is not', (name, value) => {
    expect(warned({ [name]: value })).toEqual([]);
  });

  it('does not show headers', () => {
    const { warnings } = readEnvironment({ OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'authorization=secret' });
    expect(JSON.stringify(warnings)).not.toContain('secret');
  });
});

describe('warnings', () => {
  it.each([
    ['OTEL_METRICS_EXPORTER', 'prometheuss', 'Did you mean prometheus?'],
    ['OTEL_TRACES_EXPORTER', 'otpl', 'Did you mean otlp?'],
  ])('of %s=%s name the variable, no option, and what was meant', (source, value, fix) => {
    const { warnings } = readEnvironment({ [source]: value });
    expect(warnings).toMatchObject([{ path: '', source, found: `"${value}"`, fix }]);
  });

  it.each([
    ['OTEL_TRACES_SAMPLER', 'Always-On', 'Did you mean always_on?'],
    ['OTEL_PROPAGATORS', 'tracecontxt', 'Did you mean tracecontext?'],
    ['OTEL_TRACES_EXPORTER', 'jaeger', expect.stringContaining('It is not offered')],
    ['OTEL_NODE_RESOURCE_DETECTORS', 'aws', expect.stringContaining('as resourceDetectors')],
    ['OTEL_NODE_RESOURCE_DETECTORS', 'hosts', 'Did you mean host?'],
    ['OTEL_METRICS_EXPORTER', 'graphite', undefined],
  ])('of %s=%s say what to write only where a word is near', (name, value, fix) => {
    expect(readEnvironment({ [name]: value }).warnings[0]?.fix).toEqual(fix);
  });

  it('turn a duration with a unit into milliseconds', () => {
    const { warnings } = readEnvironment({ OTEL_METRIC_EXPORT_INTERVAL: '1.5m' });
    expect(warnings[0]?.fix).toContain('90000');
  });

  it('of a header say whether its encoding is wrong, or what it stands for', () => {
    const { warnings } = readEnvironment({ OTEL_EXPORTER_OTLP_HEADERS: 'a=%,b=%E2%82%AC' });
    expect(warnings.map(({ fix }) => fix)).toEqual([
      'Write % as %25. This entry is ignored.',
      'Look for line breaks and characters beyond Latin-1. This entry is ignored.',
    ]);
  });

  it('do not repeat secrets', () => {
    const { options, warnings } = readEnvironment({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=s3cret%,x y=s3cret,good=1,line=s3cret%0A',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://user:s3cret@collector',
    });
    expect(options).toEqual({ otlp: { headers: { good: '1' } } });
    expect(warnings).toHaveLength(4);
    expect(JSON.stringify(warnings)).not.toContain('s3cret');
  });
});
