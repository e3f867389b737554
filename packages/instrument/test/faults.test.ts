import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../../otel/test/otlp-receiver.ts';
import { type App, startApp } from './support/start-app.ts';

let receiver: OtlpReceiver;
let app: App | undefined;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  app?.child.kill('SIGKILL');
  await receiver.close();
});

it('a failing collector costs the application a bounded number of lines, and nothing else', async () => {
  receiver.answer = (response) => response.writeHead(500).end();
  app = startApp({
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const unhandled = [];
      process.on('unhandledRejection', (error) => unhandled.push(error));
      const telemetry = init({ prometheus: false, otlp: { endpoint: process.env.RECEIVER } });
      const work = instrumentFunction(async (n) => n * 2, { name: 'work' });
      let sum = 0;
      for (let i = 0; i < 12; i++) {
        sum += await work(i);
        await telemetry.flush();
      }
      const faults = telemetry.snapshot()
        .filter(({ name }) => name === 'instrument.faults')
        .reduce((total, { value }) => total + value, 0);
      console.log(JSON.stringify({ sum, unhandled, faults }));`,
    env: { RECEIVER: receiver.url },
  });
  const { code, stdout, stderr } = await app.end;
  expect(code).toBe(0);
  const { sum, unhandled, faults } = JSON.parse(stdout) as {
    sum: number;
    unhandled: unknown[];
    faults: number;
  };
  expect({ sum, unhandled }).toEqual({ sum: 132, unhandled: [] });
  // Each flush fails twice: for metrics and for spans.
  expect(faults).toBeGreaterThanOrEqual(24);
  expect(stderr.match(/export: OTLP receiver \S+v1\/metrics answered 500/g)).toHaveLength(5);
  expect(stderr).toContain(`OTLP receiver ${receiver.url}/v1/metrics answered 500`);
});

it('a standard error that nobody reads any more does not end an application that is warned', async () => {
  app = startApp({
    source: `
      import { init } from '@org/instrument';
      const telemetry = init({ prometheus: false, otlp: { endpoint: 'http://127.0.0.1:9' }, shutdownTimeout: 100 });
      for (let i = 0; i < 3; i++) await telemetry.flush();
      await telemetry.shutdown();
      console.log('done');`,
  });
  // Long before the first warning.
  app.child.stderr?.destroy();
  expect(await app.end).toMatchObject({ code: 0, stdout: 'done\n' });
});

it('the console exporter prints metrics and spans of an application', async () => {
  app = startApp({
    source: `
      import { init, instrumentFunction } from '@org/instrument';
      init({ prometheus: false, console: true });
      instrumentFunction(() => 1, { name: 'printed' })();`,
  });
  const { code, stdout } = await app.end;
  expect(code).toBe(0);
  expect(stdout).toContain("name: 'printed.duration'");
  expect(stdout).toContain("name: 'printed',");
});
