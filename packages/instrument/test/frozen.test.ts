import { afterEach, expect, it } from 'vitest';
import {
  type OtlpReceiver,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from '../../otel/test/otlp-receiver.ts';
import { type App, startApp } from './support/start-app.ts';

let app: App | undefined;
const receivers: OtlpReceiver[] = [];

afterEach(async () => {
  app?.child.kill('SIGKILL');
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function startReceiver(port?: number): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(port);
  receivers.push(receiver);
  return receiver;
}

// As platforms do that run a function for each request.
it('a process that is frozen between two requests delivers each by flush(), though its connections have ended', async () => {
  const before = await startReceiver();
  app = startApp({
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const telemetry = init({ prometheus: false, otlp: { endpoint: process.env.RECEIVER, protocol: 'http/json' } });
      const orders = getMeter('shop').createCounter('orders');
      const handle = instrumentFunction(async () => orders.add(1), { name: 'handle' });
      let count = 0;
      process.on('SIGUSR2', async () => {
        await handle();
        await telemetry.flush();
        console.log(\`answered \${++count}\`);
      });
      setInterval(() => {}, 1_000);
      console.log('ready');`,
    env: { RECEIVER: before.url },
  });
  await app.printed('ready');
  app.child.kill('SIGUSR2');
  await app.printed('answered 1');
  expect(placed(before)).toBe(1);
  expect(receivedSpans(before).map(({ name }) => name)).toEqual(['handle']);

  app.child.kill('SIGSTOP');
  await before.close();
  const after = await startReceiver(Number(new URL(before.url).port));
  app.child.kill('SIGUSR2');
  app.child.kill('SIGCONT');
  await app.printed('answered 2');
  expect(placed(after)).toBe(2);
  expect(receivedSpans(after).map(({ name }) => name)).toEqual(['handle']);
});

function placed(receiver: OtlpReceiver): number {
  const point = receivedMetrics(receiver, 'orders').at(-1)?.sum?.dataPoints[0];
  return Number(point?.asDouble ?? point?.asInt);
}
