import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DiagLogger, diag } from '@opentelemetry/api';
import { runtime } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InstrumentError, init, type Telemetry } from '../src/index.ts';
import { loadInstrumentations } from '../src/load-instrumentations.ts';

let telemetry: Telemetry | undefined;
let said: string[];

beforeEach(() => {
  said = [];
  const say = (message: string, ...details: unknown[]): void => {
    said.push([message, ...details].join(' '));
  };
  const logger: DiagLogger = { error: say, warn: say, info: say, debug: () => {}, verbose: () => {} };
  diag.setLogger(logger, { suppressOverrideMessage: true });
});

afterEach(async () => {
  await telemetry?.shutdown();
  telemetry = undefined;
  diag.disable();
});

function errorOf(work: () => unknown): InstrumentError {
  try {
    work();
  } catch (error) {
    if (error instanceof InstrumentError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('init', () => {
  it('called twice warns through the application’s own logger, and keeps the first options', () => {
    telemetry = init({ prometheus: false, mode: 'direct' });
    expect(said).toEqual([]);
    expect(init({ mode: 'events' })).toBe(telemetry);
    expect(said).toEqual([expect.stringContaining('init() was called again')]);
    expect(runtime.recorder).toBeUndefined();
  });

  it('does not even look at the options of a second call', () => {
    telemetry = init({ prometheus: false });
    expect(init({ prometheus: 'wrong' } as never)).toBe(telemetry);
  });

  it('throws one InstrumentError with the path of every problem, and starts nothing', () => {
    const wrong = {
      serviceNam: 'x',
      prometheus: { port: 99_999 },
      otlp: { endpoint: 'no url', protocol: 'smoke-signals' },
      metrics: { interval: 'soon' },
      traces: { sampler: 'sometimes', ratio: 2 },
    };
    const error = errorOf(() => init(wrong as never));
    expect(error.code).toBe('INSTRUMENT_CONFIG_INVALID');
    expect(error.problems.map(({ path }) => path).sort()).toEqual([
      'metrics.interval',
      'otlp.endpoint',
      'otlp.protocol',
      'prometheus.port',
      'serviceNam',
      'traces.ratio',
      'traces.sampler',
    ]);
    telemetry = init({ prometheus: false });
    expect(said).toEqual([]);
  });

  it('that fails leaves the recorder as it was', () => {
    const directory = mkdtempSync(join(tmpdir(), 'instrument-'));
    const file = join(directory, 'instrument.config.json');
    writeFileSync(file, JSON.stringify({ instrumentations: ['@absent/one', '@absent/two'] }));
    process.env.INSTRUMENT_CONFIG = file;
    try {
      const error = errorOf(() => init({ prometheus: false, mode: 'events' }));
      expect(error.code).toBe('INSTRUMENT_DEPENDENCY_MISSING');
      expect(error.problems.map(({ fix }) => fix)).toEqual([
        'Install it: npm install @absent/one',
        'Install it: npm install @absent/two',
      ]);
      expect(runtime.recorder).toBeUndefined();
    } finally {
      delete process.env.INSTRUMENT_CONFIG;
      rmSync(directory, { recursive: true });
    }
    telemetry = init({ prometheus: false });
  });

  it('returns before anything listens, and ready tells when it does', async () => {
    telemetry = init({ prometheus: { port: 0 } });
    expect(telemetry.endpoints.prometheus).toBeUndefined();
    await telemetry.ready;
    expect(telemetry.endpoints.prometheus).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  });

  it('puts back after shutdown what instrumented functions do', async () => {
    telemetry = init({ prometheus: false, mode: 'events', traces: true });
    expect(runtime.tracing.enabled).toBe(true);
    expect(runtime.recorder).toBeDefined();
    await telemetry.shutdown();
    expect(runtime.tracing.enabled).toBe(false);
    expect(runtime.recorder).toBeUndefined();
  });
});

describe('instrumentation packages', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'instrument-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('are loaded from the application: classes named so, and the bundle of all', () => {
    writeFileSync(
      join(directory, 'one.cjs'),
      `exports.HttpInstrumentation = class { instrumentationName = 'http'; };
       exports.OtherThing = class { instrumentationName = 'other'; };`,
    );
    writeFileSync(
      join(directory, 'all.cjs'),
      "exports.getNodeAutoInstrumentations = () => [{ instrumentationName: 'a' }, { instrumentationName: 'b' }];",
    );
    const { instrumentations } = loadInstrumentations(['./one.cjs', './all.cjs'], directory);
    expect(instrumentations.map(({ instrumentationName }) => instrumentationName)).toEqual([
      'http',
      'a',
      'b',
    ]);
  });

  it('that have none, or break when they are loaded, are problems with their place', () => {
    writeFileSync(join(directory, 'none.cjs'), 'exports.x = 1;');
    writeFileSync(join(directory, 'broken.cjs'), "throw new Error('native part is missing');");
    const { problems } = loadInstrumentations(['./none.cjs', './broken.cjs'], directory);
    expect(problems.map(({ path }) => path)).toEqual(['instrumentations[0]', 'instrumentations[1]']);
    expect(problems[1]?.found).toContain('native part is missing');
  });
});
