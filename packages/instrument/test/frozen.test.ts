import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import * as overGrpc from '../../otel/test/otlp-grpc/grpc-receiver.ts';
import {
  accept,
  type OtlpReceiver,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from '../../otel/test/otlp-receiver.ts';
import { type App, startApp } from './support/start-app.ts';

let app: App | undefined;
const receivers: { close(): unknown }[] = [];

afterEach(async () => {
  app?.child.kill('SIGKILL');
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function startReceiver(port?: number): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(port);
  receivers.push(receiver);
  return receiver;
}

/** A process that pushes before each of its answers, as a platform of functions wants it; SIGUSR2 is a request. */
async function startHandler(env: Readonly<Record<string, string>>): Promise<App> {
  app = startApp({
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const telemetry = init({ prometheus: false });
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
    env,
  });
  await app.printed('ready');
  return app;
}

it('a process that is frozen between two requests delivers each by flush(), though its connections have ended', async () => {
  const before = await startReceiver();
  const { child, printed } = await startHandler({
    OTEL_EXPORTER_OTLP_ENDPOINT: before.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  child.kill('SIGUSR2');
  await printed('answered 1');
  expect(placed(before)).toBe(1);
  expect(receivedSpans(before).map(({ name }) => name)).toEqual(['handle']);

  child.kill('SIGSTOP');
  await before.close();
  const after = await startReceiver(Number(new URL(before.url).port));
  child.kill('SIGUSR2');
  child.kill('SIGCONT');
  await printed('answered 2');
  expect(placed(after)).toBe(2);
  expect(receivedSpans(after).map(({ name }) => name)).toEqual(['handle']);
});

describe('deltas whose answer comes while the process is frozen, until their time is over', () => {
  const TIMEOUT_MILLIS = 500;
  const env = {
    OTEL_EXPORTER_OTLP_TIMEOUT: String(TIMEOUT_MILLIS),
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    OTEL_TRACES_EXPORTER: 'none',
  };

  /** Freezes the process before it is answered, until nobody there would have waited any longer. */
  async function answerFrozen(answer: () => void): Promise<void> {
    app?.child.kill('SIGSTOP');
    answer();
    await sleep(2 * TIMEOUT_MILLIS);
    app?.child.kill('SIGCONT');
  }

  it('count once over HTTP', async () => {
    const receiver = await startReceiver();
    const { child, printed } = await startHandler({
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    receiver.answer = (response) => {
      receiver.answer = accept;
      void answerFrozen(() => accept(response));
    };
    for (const count of [1, 2]) {
      child.kill('SIGUSR2');
      await printed(`answered ${count}`);
    }
    expect(receivedMetrics(receiver, 'orders').map(({ sum }) => sum?.dataPoints[0]?.asDouble)).toEqual([
      1, 1,
    ]);
  });

  it('count once over gRPC', async () => {
    const receiver = await overGrpc.startGrpcReceiver();
    receivers.push(receiver);
    const { child, printed } = await startHandler({
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    receiver.answer = (answer) => {
      receiver.answer = overGrpc.accept;
      void answerFrozen(() => overGrpc.accept(answer));
    };
    for (const count of [1, 2]) {
      child.kill('SIGUSR2');
      await printed(`answered ${count}`);
    }
    const sums = overGrpc.receivedMetrics(receiver, 'orders').map(({ sum }) => sum?.dataPoints[0]?.asDouble);
    expect(sums).toEqual([1, 1]);
  });
});

function placed(receiver: OtlpReceiver): number {
  const point = receivedMetrics(receiver, 'orders').at(-1)?.sum?.dataPoints[0];
  return Number(point?.asDouble ?? point?.asInt);
}
