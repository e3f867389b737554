import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hang, type OtlpReceiver, startOtlpReceiver } from '../../otel/test/otlp-receiver.ts';
import { type App, startApp } from './support/start-app.ts';

let receiver: OtlpReceiver;
const apps: App[] = [];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  for (const { child } of apps.splice(0)) child.kill('SIGKILL');
  await receiver.close();
});

/** Starts an application whose exports may take a minute. */
function start(source: string, init = ''): App {
  const app = startApp({
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const telemetry = init({
        prometheus: false,
        otlp: { endpoint: process.env.RECEIVER, timeout: '1m' },
        traces: { batch: { scheduledDelay: 20, exportTimeout: '1m' } },
        ${init}
      });
      const orders = getMeter('shop').createCounter('orders');
      const place = instrumentFunction(() => orders.add(1), { name: 'place' });
      ${source}`,
    env: { RECEIVER: receiver.url },
  });
  apps.push(app);
  return app;
}

/** Says that it takes the data, and then a byte each 200 ms. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '1000' });
  const timer = setInterval(() => response.write(' '), 200);
  response.on('close', () => clearInterval(timer));
}

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'does not answer': hang,
  'answers a byte at a time': drip,
  'asks to come again later': (response) => response.writeHead(503).end(),
  'closes the connection': (response) => response.destroy(),
};

describe('a receiver that', () => {
  it.each(Object.entries(answers))(
    '%s keeps nothing of ours going once shutdown() has resolved at its deadline',
    async (_, answer) => {
      receiver.answer = answer;
      const app = start(
        'place(); await telemetry.shutdown(); console.log(Date.now());',
        'shutdownTimeout: 400,',
      );
      const { code, stdout } = await app.end;
      expect(code).toBe(0);
      expect(Date.now() - Number(stdout)).toBeLessThan(1_500);
    },
  );

  it.each(Object.entries(answers))(
    '%s is sent nothing more once shutdown() has resolved, in a process that goes on',
    async (_, answer) => {
      receiver.answer = answer;
      const app = start(
        `place(); await telemetry.shutdown(); console.log('shut down');
         place(); setTimeout(() => {}, 2_500);`,
        'shutdownTimeout: 400, metrics: { interval: 200 },',
      );
      await app.printed('shut down');
      const { length } = receiver.requests;
      expect(length).toBeGreaterThan(0);
      expect(await app.end).toMatchObject({ code: 0 });
      expect(receiver.requests).toHaveLength(length);
    },
  );

  it.each(Object.entries(answers))(
    '%s does not keep up a process that has run out of work with spans on their way',
    async (_, answer) => {
      receiver.answer = answer;
      const app = start(
        `place();
         console.log('placed');
         // Until the spans are on their way, and a little longer.
         setTimeout(() => console.log(Date.now()), 300);`,
        "shutdownTimeout: 500, otlp: { endpoint: process.env.RECEIVER, timeout: '1m', metrics: false },",
      );
      const { code, stdout } = await app.end;
      expect(code).toBe(0);
      expect(receiver.requests.length).toBeGreaterThan(0);
      expect(Date.now() - Number(stdout.split('\n')[1])).toBeLessThan(2_000);
    },
  );

  it('hangs while metrics are pushed does not keep up a process that has run out of work', async () => {
    receiver.answer = hang;
    // A push has 3 s, of which 200 ms are over.
    const app = start(
      'orders.add(1); setTimeout(() => console.log(Date.now()), 3_200);',
      'handleSignals: false, metrics: { interval: 3_000 }, shutdownTimeout: 300,',
    );
    const { code, stdout } = await app.end;
    expect(code).toBe(0);
    expect(receiver.requests[0]?.path).toBe('/v1/metrics');
    expect(Date.now() - Number(stdout)).toBeLessThan(1_500);
  });

  it('hangs is left by a process without handlers of ours soon after it has run out of work', async () => {
    receiver.answer = hang;
    const app = start(
      'place(); setTimeout(() => console.log(Date.now()), 300);',
      'handleSignals: false, shutdownTimeout: 300,',
    );
    const { code, stdout } = await app.end;
    expect(code).toBe(0);
    expect(receiver.requests[0]?.path).toBe('/v1/traces');
    expect(Date.now() - Number(stdout)).toBeLessThan(1_500);
  });
});
