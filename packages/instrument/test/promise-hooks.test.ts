import { afterEach, expect, it } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../../otel/test/otlp-receiver.ts';
import { type App, startApp } from './support/start-app.ts';

let receiver: OtlpReceiver | undefined;
let app: App | undefined;

afterEach(async () => {
  app?.child.kill('SIGKILL');
  await receiver?.close();
});

// Up to Node.js 22, the first context that is made active puts hooks on every promise; they leave symbols on it.
it('metrics alone, scraped and pushed, put no hooks on the promises of the application', async () => {
  receiver = await startOtlpReceiver();
  app = startApp({
    source: `
      import { init, instrumentFunction } from '@org/instrument';
      const telemetry = init({ prometheus: { port: 0 }, otlp: { endpoint: process.env.RECEIVER }, traces: false });
      await telemetry.ready;
      await instrumentFunction(async () => 1, { name: 'work' })();
      const scraped = await (await fetch(telemetry.endpoints.prometheus)).text();
      await telemetry.flush();
      const promise = Promise.resolve().then(() => 1);
      console.log(JSON.stringify({
        scraped: scraped.includes('work_calls_total'),
        symbols: Object.getOwnPropertySymbols(promise).map(String),
      }));
      await telemetry.shutdown();`,
    env: { RECEIVER: receiver.url },
  });
  const { code, stdout } = await app.end;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ scraped: true, symbols: [] });
  expect(receiver.requests.length).toBeGreaterThan(0);
});
