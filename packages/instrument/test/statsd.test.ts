import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { receivedMetrics, startOtlpReceiver } from '../../otel/test/otlp-receiver.ts';
import { startUnixDatagram } from '../../statsd/test/support/receivers.ts';
import { getMeter, init } from '../src/index.ts';
import type { StatsdInitOptions } from '../src/options.ts';
import { startApp } from './support/start-app.ts';

interface Receiver {
  readonly port: number;
  readonly lines: string[];
  received(pattern: RegExp): Promise<string[]>;
  close(): void;
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(port = 0): Promise<Receiver> {
  const socket: Socket = createSocket('udp4');
  const lines: string[] = [];
  socket.on('message', (packet) => lines.push(...packet.toString().split('\n')));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  let isOpen = true;
  const close = (): void => {
    if (isOpen) socket.close();
    isOpen = false;
  };
  closers.push(close);
  return {
    port: socket.address().port,
    lines,
    async received(pattern) {
      const end = performance.now() + 10_000;
      while (!lines.some((line) => pattern.test(line)) && performance.now() < end) await sleep(5);
      return lines.filter((line) => pattern.test(line));
    },
    close,
  };
}

async function start(statsd: StatsdInitOptions) {
  const telemetry = init({ prometheus: false, handleSignals: false, logLevel: 'none', statsd });
  closers.push(() => telemetry.shutdown());
  await telemetry.ready;
  return telemetry;
}

describe('init({ statsd })', () => {
  it('sends what is recorded to a StatsD server, differences alone', async () => {
    const receiver = await listen();
    const telemetry = await start({ port: receiver.port, tags: { env: 'test' } });
    const orders = getMeter('shop').createCounter('statsd.orders');
    orders.add(2, { plan: 'pro' });
    await telemetry.flush();
    orders.add(3, { plan: 'pro' });
    await telemetry.flush();
    await receiver.received(/^statsd\.orders:3/);
    expect(receiver.lines.filter((line) => line.startsWith('statsd.orders'))).toEqual([
      'statsd.orders:2|c|#env:test,plan:pro',
      'statsd.orders:3|c|#env:test,plan:pro',
    ]);
  });

  it('sends nothing again after shutdown() and another init(), beside OTLP that sends differences too', async () => {
    const [receiver, collector] = [await listen(), await startOtlpReceiver()];
    closers.push(() => collector.close());
    const orders = getMeter('shop').createCounter('restarted.orders');
    for (const round of [1, 2, 3]) {
      const telemetry = init({
        prometheus: false,
        handleSignals: false,
        otlp: { endpoint: collector.url, protocol: 'http/json', temporality: 'delta' },
        statsd: { port: receiver.port },
      });
      orders.add(round);
      await telemetry.ready;
      await telemetry.shutdown();
    }
    await receiver.received(/^restarted\.orders:3/);
    const lines = receiver.lines.filter((line) => line.startsWith('restarted.orders'));
    const points = receivedMetrics(collector, 'restarted.orders').flatMap(({ sum }) => sum?.dataPoints ?? []);
    expect(lines).toEqual(['restarted.orders:1|c', 'restarted.orders:2|c', 'restarted.orders:3|c']);
    expect(points.map(({ asDouble, asInt }) => Number(asDouble ?? asInt))).toEqual([1, 2, 3]);
  });

  it('sends at an interval of its own', async () => {
    const receiver = await listen();
    await start({ port: receiver.port, interval: 20 });
    getMeter('shop').createCounter('statsd.interval').add(1);
    expect(await receiver.received(/^statsd\.interval/)).toEqual(['statsd.interval:1|c']);
  });

  it('loses nothing while the server is away', async () => {
    const gone = await listen();
    gone.close();
    const telemetry = await start({ port: gone.port });
    const orders = getMeter('shop').createCounter('statsd.away');
    const sizes = getMeter('shop').createHistogram('statsd.sizes', {
      advice: { explicitBucketBoundaries: [10] },
    });
    orders.add(2);
    sizes.record(1);
    await telemetry.flush();
    orders.add(3);
    sizes.record(2);
    await telemetry.flush();
    const receiver = await listen(gone.port);
    await telemetry.flush();
    expect(await receiver.received(/^statsd\.away/)).toEqual(['statsd.away:5|c']);
    expect(receiver.lines.filter((line) => line.startsWith('statsd.sizes'))).toEqual([
      'statsd.sizes:1|d',
      'statsd.sizes:2|d',
    ]);
  });

  it('counts what it sends among the metrics of the telemetry itself', async () => {
    const receiver = await listen();
    const telemetry = await start({ port: receiver.port });
    getMeter('shop').createCounter('statsd.counted').add(1);
    await telemetry.flush();
    await telemetry.flush();
    expect(await receiver.received(/^instrument\.statsd\.packets:/)).not.toEqual([]);
    expect(await receiver.received(/^instrument\.statsd\.sent:\d+\|c\|#transport:udp$/)).not.toEqual([]);
  });

  it('sends what is left when the process ends at once', async () => {
    const receiver = await listen();
    const app = startApp({
      source: `
        import { getMeter, init } from '@org/instrument';
        const telemetry = init({ prometheus: false, statsd: { port: ${receiver.port} } });
        await telemetry.ready;
        await new Promise((resolve) => setTimeout(resolve, 100));
        getMeter('shop').createCounter('last.words').add(7);
        process.exit(3);
      `,
    });
    const { code, stderr } = await app.end;
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(await receiver.received(/^last\.words/)).toEqual(['last.words:7|c']);
  });

  it('does not keep the process alive by a Unix datagram socket, either', async () => {
    const receiver = await startUnixDatagram();
    closers.push(receiver.close);
    const app = startApp({
      source: `
        import { getMeter, init } from '@org/instrument';
        const telemetry = init({ prometheus: false, statsd: { path: '${receiver.options.path}', interval: 20 } });
        await telemetry.ready;
        getMeter('shop').createCounter('by.interval').add(1);
        await new Promise((resolve) => setTimeout(resolve, 100));
        getMeter('shop').createCounter('ran.out').add(7);
      `,
    });
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
    await receiver.received(3);
    expect(receiver.lines).toContain('by.interval:1|c');
    expect(receiver.lines).toContain('ran.out:7|c');
  });

  it.each([
    ['a Unix socket where nobody is', { transport: 'unix', path: '/tmp/instrument-nobody.socket' }],
    ['a Unix datagram socket where nobody is', { path: '/tmp/instrument-nobody.socket' }],
    ['a port where nobody is', { transport: 'tcp', port: 1 }],
    ['a name that leads nowhere', { host: 'statsd.invalid' }],
  ])('does not hold up the end of the process for %s', async (_, statsd) => {
    const app = startApp({
      source: `
        import { getMeter, init } from '@org/instrument';
        init({ prometheus: false, logLevel: 'none', shutdownTimeout: '2s', statsd: ${JSON.stringify({ ...statsd, timeout: 200 })} });
        getMeter('shop').createCounter('lost').add(1);
      `,
    });
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
  });

  it('does not keep the process alive, and sends what is left when it runs out of work', async () => {
    const receiver = await listen();
    const app = startApp({
      source: `
        import { getMeter, init } from '@org/instrument';
        init({ prometheus: false, statsd: { port: ${receiver.port} } });
        getMeter('shop').createCounter('ran.out').add(7);
      `,
    });
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
    expect(await receiver.received(/^ran\.out/)).toEqual(['ran.out:7|c']);
  });
});
