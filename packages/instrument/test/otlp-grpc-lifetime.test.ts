import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Http2Receiver, startHttp2Receiver } from '../../otel/test/otlp-grpc/http2-receiver.ts';
import { type App, startApp } from './support/start-app.ts';

let receiver: Http2Receiver;
const apps: App[] = [];

beforeEach(async () => {
  receiver = await startHttp2Receiver();
});

afterEach(async () => {
  for (const { child } of apps.splice(0)) child.kill('SIGKILL');
  await receiver.close();
});

/** Starts an application whose exports over gRPC may take a minute. */
function start(source: string, init = ''): App {
  const app = startApp({
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const telemetry = init({
        prometheus: false,
        otlp: { endpoint: process.env.RECEIVER, protocol: 'grpc', timeout: '1m' },
        traces: { batch: { scheduledDelay: 20, exportTimeout: '1m' } },
        ${init}
      });
      const orders = getMeter('shop').createCounter('orders');
      const place = instrumentFunction(() => orders.add(1), { name: 'place' });
      ${source}`,
    env: { RECEIVER: `http://127.0.0.1:${receiver.port}` },
  });
  apps.push(app);
  return app;
}

describe('an application that sends over gRPC', () => {
  it('ends by itself, with everything delivered, though its connections are open', async () => {
    const { end } = start('place();');
    expect(await end).toMatchObject({ code: 0, stderr: '' });
    expect(receiver.calls.map(({ headers }) => headers[':path']).sort()).toEqual([
      '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    ]);
  });

  const faults: Record<string, () => Promise<void> | void> = {
    'does not answer': () => {
      receiver.answer = () => {};
    },
    'is absent': () => receiver.close(),
    'closes the connection': () => {
      receiver.answer = ({ stream }) => stream.session?.destroy();
    },
  };
  it.each(Object.entries(faults))(
    'to a receiver that %s ends when shutdown() has resolved at its deadline',
    async (_, prepare) => {
      await prepare();
      const { end } = start(
        'place(); await telemetry.shutdown(); console.log(Date.now());',
        'shutdownTimeout: 400,',
      );
      const { code, stdout } = await end;
      expect(code).toBe(0);
      expect(Date.now() - Number(stdout)).toBeLessThan(1_500);
    },
  );

  it('to a receiver that does not answer ends by a signal within the deadline', async () => {
    receiver.answer = () => {};
    const app = start("place(); setInterval(() => {}, 1_000); console.log('up');", 'shutdownTimeout: 400,');
    await app.printed('up');
    const begun = performance.now();
    app.child.kill('SIGTERM');
    expect(await app.end).toMatchObject({ signal: 'SIGTERM' });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
