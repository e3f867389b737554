import { InstrumentError } from '@org/instrument-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateOptions } from '../src/configuration/validate.ts';
import type { InitOptions } from '../src/options.ts';

function problemsOf(options: unknown): string[] {
  try {
    validateOptions(options);
    return [];
  } catch (error) {
    if (!(error instanceof InstrumentError)) throw error;
    return error.problems.map(({ path }) => path);
  }
}

function firstProblem(options: unknown) {
  try {
    validateOptions(options);
  } catch (error) {
    return (error as InstrumentError).problems[0];
  }
  throw new Error('No problem was found.');
}

const noop = () => {};
const sampler = { shouldSample: () => ({ decision: 0 }), toString: () => 'mine' };
const processor = { onStart: noop, onEnd: noop, forceFlush: async () => {}, shutdown: async () => {} };
const recorder = { operation: noop };
const propagator = { inject: noop, extract: noop, fields: () => [] };
const instrumentation = {
  instrumentationName: 'mine',
  enable: noop,
  disable: noop,
  setTracerProvider: noop,
  setMeterProvider: noop,
};
/** As the SDK writes views: aggregations by number, attributes by processor. */
const sdkView = {
  instrumentName: 'http.server.duration',
  instrumentType: 'HISTOGRAM',
  aggregation: { type: 4, options: { boundaries: [1, 10, 100] } },
  attributesProcessors: [{ process: (attributes: object) => attributes }],
};

const accepted: [text: string, options: object][] = [
  ['nothing', {}],
  ['switches', { prometheus: true, otlp: false, console: true, traces: false, metrics: true }],
  ['settings without keys', { prometheus: {}, otlp: {}, traces: {}, metrics: {} }],
  [
    'durations in milliseconds and as text',
    { shutdownTimeout: 0, metrics: { interval: '1.5m', timeout: 90_000 } },
  ],
  ['an instance as sampler', { traces: { sampler, ratio: 1, processors: [processor] } }],
  ['a recorder as mode', { mode: recorder }],
  ['instrumentations, nested or not', { instrumentations: [instrumentation, [instrumentation]] }],
  ['a propagator', { propagators: ['baggage', propagator] }],
  ['a view of the SDK', { metrics: { views: [sdkView] } }],
  [
    'a view in plain data',
    {
      metrics: {
        views: [
          {
            name: 'latency',
            instrumentName: 'http.server.duration',
            attributes: { allow: ['http.route'] },
            aggregation: { type: 'exponential_histogram', options: { maxSize: 160, recordMinMax: false } },
          },
        ],
      },
    },
  ],
  [
    'the least of limits',
    { metrics: { cardinalityLimit: 1, views: [{ meterName: '', aggregationCardinalityLimit: 1 }] } },
  ],
  ['a regular expression', { prometheus: { resourceLabels: /^service\./ } }],
  ['a regular expression as text', { prometheus: { resourceLabels: '^service\\.' } }],
  [
    'attributes of every type',
    { attributes: { a: 'x', b: 1, c: true, d: ['x', null], e: [1, 2], f: [], g: undefined } },
  ],
  ['a signal switched off', { otlp: { endpoint: 'https://collector', traces: false } }],
];

const view = (options: object) => ({ metrics: { views: [{ instrumentName: 'a', ...options }] } });

/** Options, and the paths that are reported. */
const refused: [options: unknown, paths: string[]][] = [
  ['checkout', ['']],
  [null, ['']],
  [[], ['']],
  [{ serviceName: ' ' }, ['serviceName']],
  [{ serviceName: 5 }, ['serviceName']],
  [{ prometheus: null }, ['prometheus']],
  [{ prometheus: 'yes' }, ['prometheus']],
  [
    { prometheus: { port: 65_536, host: 'http://x', path: 'metrics' } },
    ['prometheus.port', 'prometheus.host', 'prometheus.path'],
  ],
  [
    { prometheus: { port: -1, path: '/a b', prefix: '1x' } },
    ['prometheus.port', 'prometheus.path', 'prometheus.prefix'],
  ],
  [{ prometheus: { port: 9464.5, resourceLabels: '(' } }, ['prometheus.port', 'prometheus.resourceLabels']],
  [
    { otlp: { endpoint: 'collector:4318', metrics: { endpoint: 'ftp://x' } } },
    ['otlp.endpoint', 'otlp.metrics.endpoint'],
  ],
  [{ otlp: { metrics: true } }, ['otlp.metrics']],
  [
    { otlp: { headers: { 'a b': 'x', ok: 'line\nbreak', no: 5 } } },
    ['otlp.headers["a b"]', 'otlp.headers.ok', 'otlp.headers.no'],
  ],
  [{ otlp: { headers: { Authorization: 'x', authorization: 'y' } } }, ['otlp.headers.authorization']],
  [
    { otlp: { enabled: false, protocol: 'http/thrift', compression: 'zstd', timeout: 0 } },
    ['otlp.enabled', 'otlp.protocol', 'otlp.compression', 'otlp.timeout'],
  ],
  [{ otlp: { timeout: '25d', temporality: 'Delta' } }, ['otlp.timeout', 'otlp.temporality']],
  [{ traces: { ratio: 1.5 } }, ['traces.ratio']],
  [{ traces: { ratio: Number.NaN, sampler: {} } }, ['traces.ratio', 'traces.sampler']],
  [
    { traces: { batch: { maxQueueSize: 100, maxExportBatchSize: 101 } } },
    ['traces.batch.maxExportBatchSize'],
  ],
  [
    { traces: { batch: { maxQueueSize: 0, scheduledDelay: -1 } } },
    ['traces.batch.maxQueueSize', 'traces.batch.scheduledDelay'],
  ],
  [{ traces: { processors: [{}] } }, ['traces.processors[0]']],
  [{ metrics: { interval: 1_000, timeout: '2s' } }, ['metrics.timeout']],
  [
    { metrics: { interval: '10 seconds', cardinalityLimit: 0 } },
    ['metrics.interval', 'metrics.cardinalityLimit'],
  ],
  [{ metrics: { views: [{ name: 'x' }] } }, ['metrics.views[0]', 'metrics.views[0].name']],
  [{ metrics: { views: [{}, undefined] } }, ['metrics.views[0]', 'metrics.views[1]']],
  [view({ name: 'x', instrumentName: 'a.*' }), ['metrics.views[0].name']],
  [view({ name: 'x', instrumentName: 5 }), ['metrics.views[0].instrumentName']],
  [view({ aggregationCardinalityLimit: 0 }), ['metrics.views[0].aggregationCardinalityLimit']],
  [view({ aggregation: {} }), ['metrics.views[0].aggregation.type']],
  [view({ aggregation: { type: 6 } }), ['metrics.views[0].aggregation.type']],
  [
    view({ aggregation: { type: 4, options: { boundaries: [1, 1] } } }),
    ['metrics.views[0].aggregation.options.boundaries[1]'],
  ],
  [
    view({ aggregation: { type: 4, options: { boundaries: [1, Number.POSITIVE_INFINITY] } } }),
    ['metrics.views[0].aggregation.options.boundaries[1]'],
  ],
  [
    view({ aggregation: { type: 'sum', options: { boundaries: [1] } } }),
    ['metrics.views[0].aggregation.options.boundaries'],
  ],
  [view({ attributesProcessors: ['x'] }), ['metrics.views[0].attributesProcessors[0]']],
  [view({ instrumentType: 'Counter' }), ['metrics.views[0].instrumentType']],
  [
    { attributes: { a: {}, b: [1, 'x'], c: Number.NaN, d: null, '': 1 } },
    ['attributes.a', 'attributes.b', 'attributes.c', 'attributes.d', 'attributes[""]'],
  ],
  [{ instrumentations: ['@opentelemetry/instrumentation-http'] }, ['instrumentations[0]']],
  [
    { propagators: 'b3', logLevel: 'warning', handleSignals: 'true' },
    ['propagators', 'logLevel', 'handleSignals'],
  ],
  [{ mode: 'off' }, ['mode']],
  [{ environments: {} }, ['environments']],
  [
    JSON.parse('{"__proto__": {"polluted": 1}, "attributes": {"__proto__": 1}}'),
    ['__proto__', 'attributes.__proto__'],
  ],
];

describe('options in code', () => {
  it.each(accepted)('%s: accepted, and given back unchanged', (_text, options) => {
    expect(validateOptions(options)).toEqual(options);
  });

  it('keep the instances that were given', () => {
    const options = validateOptions({
      mode: recorder,
      traces: { sampler },
      instrumentations: [instrumentation],
    });
    expect(options.mode).toBe(recorder);
    expect((options.traces as { sampler: unknown }).sampler).toBe(sampler);
    expect(options.instrumentations?.[0]).toBe(instrumentation);
  });

  it('leave out keys that are undefined', () => {
    expect(Object.keys(validateOptions({ serviceName: undefined, nonsense: undefined }))).toEqual([]);
  });

  it.each(refused)('%j: each wrong path is reported', (options, paths) => {
    expect(problemsOf(options)).toEqual(paths);
  });

  it('are reported in one error, with its stable code', () => {
    const options = { serviceName: '', prometheus: { port: 'x' }, unknown: 1 };
    expect(() => validateOptions(options)).toThrow(InstrumentError);
    expect(() => validateOptions(options)).toThrow(
      /INSTRUMENT_CONFIG_INVALID[\s\S]*serviceName[\s\S]*port[\s\S]*unknown/,
    );
  });
});

describe('a key that is not known', () => {
  it.each([
    ['serviceNmae', 'serviceName'],
    ['servicename', 'serviceName'],
    ['Prometheus', 'prometheus'],
    ['metric', 'metrics'],
  ])('%s: the near one is suggested', (key, near) => {
    expect(firstProblem({ [key]: {} })?.fix).toBe(`Did you mean ${near}?`);
  });

  it('is suggested where it belongs', () => {
    expect(firstProblem({ endpoint: 'http://x' })?.fix).toBe('Write it as otlp.endpoint.');
    expect(firstProblem({ otlp: { maxQueueSize: 1 } })?.fix).toBe('Write it as traces.batch.maxQueueSize.');
  });

  it('that is like nothing is listed with all that are known', () => {
    const problem = firstProblem({ console: { zzz: 1 } });
    expect(problem).toMatchObject({
      path: 'console.zzz',
      expected: 'one of metrics, traces',
      fix: 'Remove it.',
    });
  });
});

describe('messages', () => {
  it('never show the value of a header, nor the password in a URL', () => {
    const problems = [
      firstProblem({ otlp: { headers: { authorization: 's3cret\n' } } }),
      firstProblem({ otlp: { endpoint: 'ftp://user:s3cret@host' } }),
    ];
    expect(JSON.stringify(problems)).not.toContain('s3cret');
    expect(problems).toHaveLength(2);
  });

  it.each<[string, object]>([
    ['headers in the form of the variable', { otlp: { headers: 'authorization=Bearer s3cret' } }],
    ['headers as a list', { otlp: { headers: [['authorization', 's3cret']] } }],
    ['a URL in place of settings', { otlp: 'https://user:s3cret@host' }],
    ['a URL in place of a list', { channels: 'https://hooks.slack.com/services/s3cret' }],
    ['settings with a key where a list is', { instrumentations: { key: 's3cret' } }],
    ['a URL without a scheme', { otlp: { endpoint: 'user:s3cret@host:4318' } }],
    ['a password with a slash', { otlp: { endpoint: '//user:s3/cret@host' } }],
    ['a password in a URL object', { otlp: { endpoint: new URL('http://user:s3cret@host') } }],
    ['settings in place of a URL', { otlp: { endpoint: { url: 's3cret' } } }],
    ['a password with an @', { otlp: { endpoint: 'ftp://user:s3@cret@host' } }],
  ])('never show %s', (_text, options) => {
    expect(firstProblem(options)?.found).not.toMatch(/s3|cret/);
  });

  it('say how to write what was meant', () => {
    expect(firstProblem({ prometheus: { port: '9464' } })?.fix).toBe('Write it without quotes.');
    expect(firstProblem({ traces: { ratio: 25 } })?.fix).toBe('Write 25 % as 0.25.');
    expect(firstProblem({ traces: { sampler: 'traceidration' } })?.fix).toBe('Did you mean traceidratio?');
  });
});

describe('any value', () => {
  it('as options throws nothing but an InstrumentError, and pollutes nothing', () => {
    const keys = fc.constantFrom(
      'otlp',
      'metrics',
      'views',
      'headers',
      '__proto__',
      'constructor',
      'aggregation',
      'options',
      'traces',
      'attributes',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        tie('object'),
      ),
      object: fc.dictionary(keys, tie('tree')),
    }));
    fc.assert(
      fc.property(tree, (options) => {
        try {
          validateOptions(options);
        } catch (error) {
          expect(error).toBeInstanceOf(InstrumentError);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });
});

// The rules cover the interface: this compiles only while `validateOptions` speaks of `InitOptions`.
const _typed: InitOptions = validateOptions({});
void _typed;
