import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ResolvedConfiguration,
  resolveConfiguration,
} from '../src/configuration/resolve-configuration.ts';
import type { InitOptions } from '../src/options.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'instrument-resolve-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

interface Sources {
  code?: InitOptions;
  file?: string;
  env?: Record<string, string>;
}

function resolve({ code, file, env = {} }: Sources): ResolvedConfiguration {
  if (file !== undefined) writeFileSync(join(cwd, 'instrument.config.yaml'), file);
  return resolveConfiguration(code, { env, cwd });
}

const optionsOf = (sources: Sources) => resolve(sources).options;

describe('precedence', () => {
  const env = { OTEL_SERVICE_NAME: 'env', OTEL_METRIC_EXPORT_INTERVAL: '1000', OTEL_LOG_LEVEL: 'error' };
  const file = 'serviceName: file\nmetrics: { interval: 2s, cardinalityLimit: 50 }\n';

  it('is code, then file, then environment, key by key', () => {
    const code: InitOptions = { metrics: { cardinalityLimit: 99 } };
    expect(optionsOf({ code, file, env })).toEqual({
      serviceName: 'file',
      metrics: { interval: '2s', cardinalityLimit: 99 },
      logLevel: 'error',
    });
  });

  it('counts an undefined option as absent', () => {
    const code = { serviceName: undefined, metrics: { interval: undefined } } as unknown as InitOptions;
    expect(optionsOf({ code, file })).toMatchObject({ serviceName: 'file', metrics: { interval: '2s' } });
  });

  it('tells where each option was said', () => {
    const { sources } = resolve({ code: { metrics: { cardinalityLimit: 99 } }, file, env });
    expect(sources).toEqual({
      serviceName: 'instrument.config.yaml:1',
      'metrics.interval': 'instrument.config.yaml:2',
      'metrics.cardinalityLimit': 'code',
      logLevel: 'OTEL_LOG_LEVEL',
    });
  });

  it('replaces lists', () => {
    const code: InitOptions = { propagators: ['baggage'] };
    expect(optionsOf({ code, file: 'propagators: [tracecontext, none]' }).propagators).toEqual(['baggage']);
  });

  it('replaces the packages of a file by the instrumentations of code', () => {
    const instrumentation = {
      instrumentationName: 'x',
      enable() {},
      disable() {},
      setTracerProvider() {},
      setMeterProvider() {},
    };
    const options = optionsOf({
      code: { instrumentations: [instrumentation] },
      file: 'instrumentations: [a]',
    });
    expect(options).toEqual({ instrumentations: [instrumentation] });
    expect(options.instrumentations?.[0]).toBe(instrumentation);
  });

  it('keeps instances whole', () => {
    const sampler = { shouldSample: () => ({ decision: 0 }), toString: () => 'mine' };
    const { traces } = optionsOf({ code: { traces: { sampler } }, file: 'traces: { sampler: always_on }' });
    expect((traces as { sampler: unknown }).sampler).toBe(sampler);
  });

  it('merges headers by name, whatever their case', () => {
    const options = optionsOf({
      code: { otlp: { headers: { Authorization: 'code' } } },
      env: {
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=env,tenant=a',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
      },
    });
    expect(options.otlp).toEqual({ endpoint: 'http://c', headers: { Authorization: 'code', tenant: 'a' } });
  });

  it('does not change the options that were given', () => {
    const code: InitOptions = { otlp: { headers: { a: '1' } }, attributes: { 'service.version': '2' } };
    const before = structuredClone(code);
    resolve({ code, file: 'otlp: { headers: { b: "2" } }' });
    expect(code).toEqual(before);
  });
});

describe('switches', () => {
  const file = 'prometheus: { port: 9000 }\n';
  const cases: [text: string, sources: Sources, options: object][] = [
    ['false replaces settings', { code: { prometheus: false }, file }, { prometheus: false }],
    ['true keeps settings', { code: { prometheus: true }, file }, { prometheus: { port: 9000 } }],
    ['settings replace false', { code: { prometheus: {} }, file: 'prometheus: false' }, { prometheus: {} }],
    [
      'settings are put over settings',
      { code: { prometheus: { path: '/m' } }, file },
      { prometheus: { port: 9000, path: '/m' } },
    ],
    [
      'otlp: true keeps settings and switches on',
      { code: { otlp: true }, file: 'otlp: { compression: gzip }' },
      { otlp: { enabled: true, compression: 'gzip' } },
    ],
    [
      'otlp settings over true stay on',
      { code: { otlp: { compression: 'gzip' } }, file: 'otlp: true' },
      { otlp: { enabled: true, compression: 'gzip' } },
    ],
    [
      'otlp: true keeps an endpoint',
      { code: { otlp: true }, file: 'otlp: { endpoint: http://c }' },
      { otlp: { enabled: true, endpoint: 'http://c' } },
    ],
    [
      'traces: true over settings stays on',
      { code: { traces: true }, env: { OTEL_TRACES_SAMPLER: 'always_on' } },
      { traces: { enabled: true, sampler: 'always_on' } },
    ],
    [
      'console: true is both signals',
      { code: { console: true }, file: 'console: { traces: false }' },
      { console: { metrics: true, traces: false } },
    ],
    [
      'otlp: false wins over an endpoint in the environment',
      { code: { otlp: false }, env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' } },
      { otlp: false },
    ],
  ];
  it.each(cases)('%s', (_text, sources, options) => {
    expect(optionsOf(sources)).toEqual(options);
  });
});

describe('one thing said in two ways', () => {
  it('takes metricExportIntervalMillis for metrics.interval, with its place in the precedence', () => {
    const env = { OTEL_METRIC_EXPORT_INTERVAL: '1000' };
    expect(optionsOf({ code: { metricExportIntervalMillis: 250 }, env })).toEqual({
      metrics: { interval: 250 },
    });
    expect(optionsOf({ file: 'metricExportIntervalMillis: 500\n', env })).toEqual({
      metrics: { interval: 500 },
    });
    const both = { metricExportIntervalMillis: 250, metrics: { interval: 300 } };
    expect(optionsOf({ code: both })).toEqual({ metrics: { interval: 300 } });
    expect(() => resolve({ code: { metricExportIntervalMillis: 0 } })).toThrow(/metricExportIntervalMillis/);
  });

  it('a general OTLP setting in code wins over one of a signal in the environment', () => {
    const { options, sources } = resolve({
      code: { otlp: { endpoint: 'http://code', headers: { A: '1' } } },
      env: {
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://env/v1/metrics',
        OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '5',
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'a=2,b=3',
      },
    });
    expect(options.otlp).toEqual({
      endpoint: 'http://code',
      headers: { A: '1' },
      metrics: { timeout: 5, headers: { b: '3' } },
    });
    expect(Object.keys(sources)).not.toContain('otlp.metrics.endpoint');
    expect(Object.keys(sources)).not.toContain('otlp.metrics.headers.a');
  });

  it('the default endpoint of OTEL_METRICS_EXPORTER=otlp yields to an endpoint in code', () => {
    const { otlp } = optionsOf({
      code: { otlp: { endpoint: 'http://code' } },
      env: { OTEL_METRICS_EXPORTER: 'otlp' },
    });
    expect(otlp).toEqual({ endpoint: 'http://code', metrics: { enabled: true } });
  });

  it('a resource attribute in code wins over the option of the environment, and the other way round', () => {
    expect(
      optionsOf({
        code: { attributes: { 'service.name': 'code', a: 1 } },
        env: { OTEL_SERVICE_NAME: 'env' },
      }),
    ).toEqual({
      serviceName: 'code',
      attributes: { a: 1 },
    });
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.version=1,deployment.environment.name=prod,team=a' };
    const { options, sources } = resolve({ code: { serviceVersion: '2' }, env });
    expect(options).toEqual({ serviceVersion: '2', environment: 'prod', attributes: { team: 'a' } });
    expect(sources).toMatchObject({ environment: 'OTEL_RESOURCE_ATTRIBUTES', serviceVersion: 'code' });
  });
});

describe('environments of a file', () => {
  const file = `
serviceName: checkout
prometheus: { port: 9464, path: /metrics }
environments:
  production:
    otlp: { endpoint: "\${URL}" }
    prometheus: { port: 9999 }
  test:
    prometheus: false
`;
  const production = {
    serviceName: 'checkout',
    prometheus: { port: 9999, path: '/metrics' },
    otlp: { endpoint: 'http://c' },
  };

  it.each([
    [
      'code',
      { code: { environment: 'production' }, env: { INSTRUMENT_ENVIRONMENT: 'test', NODE_ENV: 'test' } },
    ],
    ['INSTRUMENT_ENVIRONMENT', { env: { INSTRUMENT_ENVIRONMENT: 'production', NODE_ENV: 'test' } }],
    ['NODE_ENV', { env: { NODE_ENV: 'production' } }],
  ])('are chosen by %s', (_name, { env, ...sources }: Sources) => {
    expect(optionsOf({ ...sources, file, env: { ...env, URL: 'http://c' } })).toMatchObject(production);
  });

  it('are chosen by the environment of the file, before NODE_ENV', () => {
    const options = optionsOf({ file: `environment: test${file}`, env: { NODE_ENV: 'production' } });
    expect(options).toEqual({ environment: 'test', serviceName: 'checkout', prometheus: false });
  });

  it('win whatever way they say a thing', () => {
    const common = `
attributes: { service.name: shop-dev }
metrics: { interval: 10s }
otlp:
  metrics: { endpoint: "http://dev", headers: { Authorization: dev } }
environments:
  production:
    serviceName: shop
    metricExportIntervalMillis: 5000
    otlp: { endpoint: "http://prod", headers: { authorization: prod } }
`;
    const { options, sources } = resolve({ file: common, env: { NODE_ENV: 'production' } });
    expect(options).toEqual({
      serviceName: 'shop',
      metrics: { interval: 5000 },
      otlp: { endpoint: 'http://prod', headers: { authorization: 'prod' }, metrics: { headers: {} } },
    });
    expect(sources).toMatchObject({
      serviceName: 'instrument.config.yaml:8',
      'metrics.interval': 'instrument.config.yaml:9',
      'otlp.endpoint': 'instrument.config.yaml:10',
    });
  });

  it('are chosen by the attribute that names the environment, too', () => {
    const named = 'attributes: { deployment.environment.name: test }\n';
    expect(optionsOf({ file: `${named}${file}`, env: { NODE_ENV: 'production' } })).toMatchObject({
      prometheus: false,
    });
  });

  it('need no variables while they are not used', () => {
    expect(optionsOf({ file, env: { NODE_ENV: 'test' } })).toEqual({
      serviceName: 'checkout',
      prometheus: false,
    });
    expect(() => optionsOf({ file, env: { NODE_ENV: 'production' } })).toThrow(
      /environments\.production\.otlp\.endpoint.*URL not set/,
    );
  });

  it('are checked while they are not used', () => {
    const wrong = 'environments: { production: { prometheus: { port: x } } }';
    expect(() => optionsOf({ file: wrong, env: { NODE_ENV: 'test' } })).toThrow(
      /environments\.production\.prometheus\.port/,
    );
  });

  it('tell their own lines as sources', () => {
    const { sources } = resolve({ file, env: { NODE_ENV: 'production', URL: 'http://c' } });
    expect(sources).toMatchObject({
      'prometheus.port': 'instrument.config.yaml:7',
      'prometheus.path': 'instrument.config.yaml:3',
      'otlp.endpoint': 'instrument.config.yaml:6',
    });
  });

  it('that are not there change nothing; a name that is nearly there is warned of', () => {
    expect(resolve({ file, env: { NODE_ENV: 'development' } })).toMatchObject({ warnings: [] });
    expect(resolve({ file, env: { INSTRUMENT_ENVIRONMENT: 'prodution' } }).warnings).toMatchObject([
      { fix: 'Did you mean production?', source: 'INSTRUMENT_ENVIRONMENT' },
    ]);
  });

  it('are named to the resource by INSTRUMENT_ENVIRONMENT, but not by NODE_ENV', () => {
    expect(optionsOf({ env: { INSTRUMENT_ENVIRONMENT: 'staging' } })).toEqual({ environment: 'staging' });
    expect(optionsOf({ env: { NODE_ENV: 'staging' } })).toEqual({});
  });
});

describe('options of different sources that do not fit', () => {
  it('bound the timeout by the interval, with a warning', () => {
    const { options, warnings } = resolve({
      code: { metrics: { interval: '10s' } },
      env: { OTEL_METRIC_EXPORT_TIMEOUT: '30000' },
    });
    expect(options.metrics).toEqual({ interval: '10s', timeout: 10_000 });
    expect(warnings).toMatchObject([{ path: 'metrics.timeout', source: 'OTEL_METRIC_EXPORT_TIMEOUT' }]);
  });

  it('bound an unlimited timeout by the interval, silently', () => {
    const { options, warnings } = resolve({ env: { OTEL_METRIC_EXPORT_TIMEOUT: '0' } });
    expect(options.metrics).toEqual({ timeout: 60_000 });
    expect(warnings).toEqual([]);
  });

  it('bound the batch by the queue', () => {
    const env = { OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '200' };
    const { options, warnings } = resolve({ env });
    expect(options.traces).toEqual({ batch: { maxQueueSize: 100, maxExportBatchSize: 100 } });
    expect(warnings).toMatchObject([{ source: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE' }]);
  });

  it('are warned of when they have no effect', () => {
    const paths = ({ warnings }: ResolvedConfiguration) => warnings.map(({ path }) => path);
    expect(paths(resolve({ code: { traces: { ratio: 0.1 } } }))).toEqual(['traces.ratio']);
    expect(paths(resolve({ code: { traces: { ratio: 0.1, sampler: 'traceidratio' } } }))).toEqual([]);
    expect(paths(resolve({ code: { otlp: { compression: 'gzip' } } }))).toEqual(['otlp.compression']);
    expect(paths(resolve({ env: { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' } }))).toEqual([]);
    expect(paths(resolve({ code: { otlp: { enabled: true, compression: 'gzip' } } }))).toEqual([]);
    expect(paths(resolve({ code: { otlp: { compression: 'gzip', traces: { enabled: true } } } }))).toEqual(
      [],
    );
  });

  const ports: [otlp: NonNullable<InitOptions['otlp']>, paths: string[]][] = [
    [{ endpoint: 'http://c:4317' }, ['otlp.endpoint']],
    [{ endpoint: 'http://c:4318' }, []],
    [{ endpoint: 'http://c:4317', protocol: 'grpc' }, []],
    [{ endpoint: 'http://c:4318', protocol: 'grpc' }, ['otlp.endpoint']],
    [{ endpoint: 'http://c:4317', metrics: { protocol: 'grpc' } }, ['otlp.endpoint']],
    [{ endpoint: 'http://c:4317', traces: { protocol: 'grpc' } }, ['otlp.endpoint']],
    [{ endpoint: 'http://c:4317', metrics: { protocol: 'grpc' }, traces: false }, []],
    [{ protocol: 'grpc', traces: { endpoint: 'http://c:4318' } }, ['otlp.traces.endpoint']],
    [{ endpoint: 'http://c', protocol: 'grpc' }, []],
  ];
  it.each(ports)('are warned of when the port is the other protocol’s: %j', (otlp, paths) => {
    expect(resolve({ code: { otlp } }).warnings.map(({ path }) => path)).toEqual(paths);
  });

  it('of variables are warned of with their names', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317' };
    expect(resolve({ env }).warnings).toMatchObject([
      { path: 'otlp.endpoint', source: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
    ]);
    expect(resolve({ env: { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } }).warnings).toEqual([]);
  });
});

describe('disabled', () => {
  it('by OTEL_SDK_DISABLED, whatever code says', () => {
    expect(resolve({ code: { mode: 'direct' }, env: { OTEL_SDK_DISABLED: 'true' } }).disabled).toBe(true);
  });

  it('by the mode', () => {
    expect(resolve({ code: { mode: 'disabled' } }).disabled).toBe(true);
    expect(resolve({ file: 'mode: disabled' }).disabled).toBe(true);
    expect(resolve({ code: { mode: 'events' }, file: 'mode: disabled' }).disabled).toBe(false);
  });

  it('keeps the propagators, which the specification leaves in force', () => {
    const env = { OTEL_SDK_DISABLED: 'true', OTEL_PROPAGATORS: 'baggage' };
    expect(resolve({ env })).toMatchObject({ disabled: true, options: { propagators: ['baggage'] } });
  });
});

describe('health with an address of its own', () => {
  const resolved = (code: InitOptions) => {
    const { options, warnings } = resolve({ code });
    return {
      health: options.health,
      prometheus: options.prometheus,
      paths: warnings.map(({ path }) => path),
    };
  };

  it('that is the one of /metrics has the same server', () => {
    const at = { host: '0.0.0.0', port: 9100 };
    expect(resolved({ health: { ...at, token: 'secret' }, prometheus: at })).toEqual({
      health: { token: 'secret' },
      prometheus: at,
      paths: [],
    });
    expect(resolved({ health: { port: 9464 } })).toEqual({ health: {}, prometheus: undefined, paths: [] });
  });

  it.each<[string, InitOptions, string[]]>([
    ['by its default port', { health: { host: '0.0.0.0' } }, ['health.host']],
    [
      'by a port that is said',
      { health: { port: 9100 }, prometheus: { host: '::', port: 9100 } },
      ['health.port'],
    ],
  ])(
    'that cannot be had beside that of /metrics, %s, is warned of, and is the one that is served',
    (_, code, paths) => {
      expect(resolved(code)).toEqual({ health: code.health, prometheus: false, paths });
    },
  );

  it.each<[string, InitOptions]>([
    ['another port', { health: { host: '0.0.0.0', port: 9465 } }],
    ['a free port', { health: { port: 0 }, prometheus: { port: 0 } }],
    ['another interface', { health: { host: '10.0.0.1' } }],
    ['no /metrics', { health: { host: '0.0.0.0' }, prometheus: false }],
    ['no metrics', { health: { host: '0.0.0.0' }, metrics: false }],
  ])('is as it was said, with %s', (_, code) => {
    expect(resolved(code)).toEqual({ health: code.health, prometheus: code.prometheus, paths: [] });
  });
});
