import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from './support/start-app.ts';

let directory: string;
let absent: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'instrument-'));
  // As if it were not installed; test/packed has the real thing.
  absent = join(directory, 'absent.cjs');
  writeFileSync(
    absent,
    `const Module = require('node:module');
     const load = Module._load;
     Module._load = (name, ...rest) => {
       if (name === '@grpc/grpc-js') throw new Error("Cannot find module '@grpc/grpc-js'\\nRequire stack:");
       return load(name, ...rest);
     };`,
  );
});

afterAll(() => rmSync(directory, { recursive: true }));

interface Outcome {
  readonly error?: {
    readonly code: string;
    readonly problems: { path: string; fix: string; source?: string }[];
  };
  readonly isGrpcLoaded: boolean;
  readonly stderr: string;
}

/** What becomes of `init()`, and whether it has loaded the package. */
async function init(
  options: string,
  { env = {}, flags = [] }: { env?: Record<string, string>; flags?: string[] } = {},
): Promise<Outcome> {
  const { end } = startApp({
    source: `
      import { createRequire } from 'node:module';
      import { init } from '@org/instrument';
      let error;
      try {
        const telemetry = init({ prometheus: false, handleSignals: false, shutdownTimeout: 0, ...${options} });
        await telemetry.shutdown();
      } catch ({ code, problems }) {
        error = { code, problems };
      }
      const isGrpcLoaded = Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('grpc-js'));
      console.log(JSON.stringify({ error, isGrpcLoaded }));
      process.exit();`,
    flags,
    env,
  });
  const { stdout, stderr } = await end;
  return { ...(JSON.parse(stdout) as Outcome), stderr };
}

const ENDPOINT = 'http://127.0.0.1:9';
const GRPC = `{ otlp: { endpoint: '${ENDPOINT}', protocol: 'grpc' } }`;

describe('the package that speaks gRPC', () => {
  it.each([
    ['over gRPC', GRPC, true],
    ['one signal over gRPC', `{ otlp: { endpoint: '${ENDPOINT}', traces: { protocol: 'grpc' } } }`, true],
    ['over HTTP', `{ otlp: { endpoint: '${ENDPOINT}' } }`, false],
    ['nowhere, though gRPC is named', "{ otlp: { protocol: 'grpc' } }", false],
    [
      'only over the signal that is not sent',
      `{ otlp: { endpoint: '${ENDPOINT}', protocol: 'grpc' }, traces: false, metrics: false }`,
      false,
    ],
  ])('%s: loaded only when it is needed', async (_, options, isGrpcLoaded) => {
    expect(await init(options)).toMatchObject({ isGrpcLoaded });
  });

  it('when it is missing: code that asks for it fails, and is told what to install', async () => {
    const flags = ['--require', absent];
    expect((await init(GRPC, { flags })).error).toMatchObject({
      code: 'INSTRUMENT_DEPENDENCY_MISSING',
      problems: [{ path: 'otlp.protocol', fix: 'Install it: npm install @grpc/grpc-js' }],
    });
    const own = `{ otlp: { endpoint: '${ENDPOINT}', metrics: { protocol: 'grpc' }, traces: { protocol: 'grpc' } } }`;
    expect((await init(own, { flags })).error?.problems.map(({ path }) => path)).toEqual([
      'otlp.metrics.protocol',
      'otlp.traces.protocol',
    ]);
    expect((await init("{ otlp: { protocol: 'grpc' } }", { flags })).error).toBeUndefined();
  });

  it('when it is missing: a file that asks for it fails with its line, beside other packages', async () => {
    const file = join(directory, 'instrument.config.yaml');
    writeFileSync(
      file,
      `otlp:\n  endpoint: ${ENDPOINT}\n  protocol: grpc\ninstrumentations: ["@absent/one"]\n`,
    );
    const env = { INSTRUMENT_CONFIG: file };
    const { error } = await init('{}', { env, flags: ['--require', absent] });
    expect(error?.problems.map(({ path }) => path)).toEqual(['instrumentations[0]', 'otlp.protocol']);
    expect(error?.problems[1]?.source).toMatch(/instrument\.config\.yaml:3$/);
  });

  it('when it is missing: a variable that asks for it is ignored, with a warning', async () => {
    const flags = ['--require', absent];
    for (const signal of ['', 'TRACES_', 'METRICS_']) {
      const name = `OTEL_EXPORTER_OTLP_${signal}PROTOCOL`;
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, [name]: 'grpc' };
      const { error, stderr } = await init('{}', { env, flags });
      expect(error).toBeUndefined();
      expect(stderr).toContain(`${name}: otlp.`);
      expect(stderr).toContain('Install it: npm install @grpc/grpc-js. Until then it goes as http/protobuf.');
    }
  });
});
