import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type OtlpReceiver,
  receivedMetrics,
  receivedResource,
  receivedSpans,
  startOtlpReceiver,
} from '../../otel/test/otlp-receiver.ts';
import { type App, type AppEnd, type AppOptions, startApp } from './support/start-app.ts';

const REGISTER = '@org/instrument/register';
const TOO_LATE = 'was loaded too late';
/** What knows nothing of us: it uses the OpenTelemetry API alone. */
const APPLICATION = `
  import { metrics, trace } from '@opentelemetry/api';
  metrics.getMeter('shop').createCounter('orders').add(2);
  trace.getTracer('shop').startActiveSpan('place', (span) => span.end());
`;

let receiver: OtlpReceiver;
let directory: string;
const apps: App[] = [];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  // Inside of the package, so that its files find the package by name.
  directory = mkdtempSync(join(import.meta.dirname, '.register-'));
});

afterEach(async () => {
  for (const { child } of apps.splice(0)) child.kill('SIGKILL');
  await receiver.close();
  rmSync(directory, { recursive: true });
});

function run(options: AppOptions): Promise<AppEnd> {
  const app = startApp({
    ...options,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'checkout',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      ...options.env,
    },
  });
  apps.push(app);
  return app.end;
}

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

describe('register', () => {
  it.each([
    ['node --import', { flags: ['--import', REGISTER] }],
    ['node --import=', { flags: [`--import=${REGISTER}`] }],
    ['NODE_OPTIONS', { nodeOptions: `--import ${REGISTER}` }],
  ])('by %s instruments an application that does not know of it', async (_, how) => {
    const end = await run({ ...how, file: write('app.mjs', APPLICATION) });
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(receivedMetrics(receiver, 'orders').at(-1)?.sum?.dataPoints[0]?.asDouble).toBe(2);
    expect(receivedSpans(receiver).map(({ name }) => name)).toEqual(['place']);
    expect(receivedResource(receiver)).toMatchObject({ 'service.name': 'checkout' });
  });

  it('lets a worker thread record for itself, without a /metrics of its own', async () => {
    const worker = write('worker.mjs', APPLICATION.replace("'orders'", "'worker.orders'"));
    const text = `
      import { Worker } from 'node:worker_threads';
      await new Promise((resolve) => new Worker(${JSON.stringify(worker)}).on('exit', resolve));
    `;
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const env = { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) };
    const end = await run({ flags: ['--import', REGISTER], file: write('app.mjs', text), env });
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(receivedMetrics(receiver, 'worker.orders').at(-1)?.sum?.dataPoints[0]?.asDouble).toBe(2);
  });

  it('reads the configuration file of the application', async () => {
    write(
      'instrument.config.json',
      JSON.stringify({ serviceName: 'from-file', attributes: { team: 'payments' } }),
    );
    const file = write('app.mjs', APPLICATION);
    const env = { OTEL_SERVICE_NAME: '' };
    const end = await run({ flags: ['--import', REGISTER], file, cwd: directory, env });
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(receivedResource(receiver)).toMatchObject({ 'service.name': 'from-file', team: 'payments' });
  });

  it('ends the start of the application with every problem of a wrong configuration', async () => {
    write('instrument.config.json', JSON.stringify({ prometheus: { port: 99_999 }, shutdownTimeot: '5s' }));
    const file = write('app.mjs', 'console.log("runs");');
    const end = await run({ flags: ['--import', REGISTER], file, cwd: directory });
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toContain('INSTRUMENT_CONFIG_INVALID');
    expect(end.stderr).toMatch(/prometheus\.port[\s\S]*shutdownTimeot|shutdownTimeot[\s\S]*prometheus\.port/);
  });

  it('says so when the application imports it itself, too late for what was imported before', async () => {
    const end = await run({ file: write('app.mjs', `import '${REGISTER}';\n${APPLICATION}`) });
    expect(end.code).toBe(0);
    expect(end.stderr).toContain(`${REGISTER} ${TOO_LATE}`);
    expect(end.stderr).toContain(`node --import ${REGISTER} app.js`);
    // Late is better than never.
    expect(receivedMetrics(receiver, 'orders')).toHaveLength(1);
  });

  it('says so when another module was preloaded, not it', async () => {
    const other = write('other.mjs', 'globalThis.isPreloaded = true;');
    const end = await run({
      flags: ['--import', other],
      file: write('app.mjs', `await import('${REGISTER}');`),
    });
    expect(end.stderr).toContain(TOO_LATE);
  });

  it('is not late in a file of the application that is preloaded, a space in its path included', async () => {
    mkdirSync(join(directory, 'set up'));
    const preloaded = write('set up/telemetry.mjs', `import '${REGISTER}';`);
    const file = write('app.mjs', APPLICATION);
    expect(await run({ nodeOptions: `--import "${preloaded}"`, file })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(receivedMetrics(receiver, 'orders')).toHaveLength(1);
  });

  it('is not late when its file is preloaded', async () => {
    const flags = ['--import', join(import.meta.dirname, '..', 'src', 'register.ts')];
    expect(await run({ flags, file: write('app.mjs', APPLICATION) })).toMatchObject({ code: 0, stderr: '' });
  });

  it('returns its telemetry from init() in the application, and says that options are ignored', async () => {
    const file = write(
      'app.mjs',
      `import { init } from '@org/instrument';
       const telemetry = init({ serviceName: 'other' });
       await telemetry.ready;
       console.log(telemetry.endpoints.prometheus);`,
    );
    const end = await run({ flags: ['--import', REGISTER], file });
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining('http://') });
    expect(end.stderr).toContain('init() was called again');
    expect(receivedResource(receiver)).toMatchObject({ 'service.name': 'checkout' });
  });
});
