import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  hang,
  type OtlpReceiver,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from '../../otel/test/otlp-receiver.ts';
import { type App, type AppOptions, startApp } from './support/start-app.ts';

/** Starts a process in a PID namespace of its own, as the first one. */
const UNSHARE = ['unshare', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;
const require = createRequire(import.meta.url);
let receiver: OtlpReceiver;
const apps: App[] = [];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  for (const { child } of apps.splice(0)) child.kill('SIGKILL');
  await receiver.close();
});

/** Starts an application that has called `init()` with the receiver as its collector, and has a counter `orders`. */
function start(source: string, options: AppOptions & { readonly init?: string } = {}): App {
  const app = startApp({
    ...options,
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const telemetry = init({
        prometheus: false,
        otlp: { endpoint: process.env.RECEIVER, protocol: 'http/json' },
        ${options.init ?? ''}
      });
      const orders = getMeter('shop').createCounter('orders');
      const place = instrumentFunction(() => orders.add(1), { name: 'place' });
      ${source}`,
    env: { RECEIVER: receiver.url, ...options.env },
  });
  apps.push(app);
  return app;
}

function orders(): number | undefined {
  const last = receivedMetrics(receiver, 'orders').at(-1);
  const point = last?.sum?.dataPoints[0];
  return point === undefined ? undefined : Number(point.asDouble ?? point.asInt);
}

const STAYS_ALIVE = 'setInterval(() => {}, 1_000); console.log("started");';

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends the process by that signal, after the last interval is delivered',
    async (signal) => {
      const app = start(`place(); place(); ${STAYS_ALIVE}`);
      await app.printed('started');
      app.child.kill(signal);
      const end = await app.end;
      expect(end).toMatchObject({ signal, code: null });
      expect(orders()).toBe(2);
      expect(receivedSpans(receiver).map(({ name }) => name)).toEqual(['place', 'place']);
    },
  );

  it.for(['SIGTERM', 'SIGINT'] as const)(
    '%s ends the first process of a container too, which the kernel would not let it end',
    async (signal, { skip }) => {
      const [command, ...given] = UNSHARE;
      const { status, stderr, error } = spawnSync(command, [...given, 'true'], { encoding: 'utf8' });
      skip(status !== 0, `no namespaces can be made here: ${error?.message ?? stderr.trim()}`);
      const app = start(`console.log(process.pid); place(); process.kill(1, '${signal}'); ${STAYS_ALIVE}`, {
        under: UNSHARE,
      });
      const { code, stdout } = await app.end;
      expect([stdout.split('\n')[0], code]).toEqual(['1', 128 + constants.signals[signal]]);
      expect(orders()).toBe(1);
      expect(receivedSpans(receiver)).toHaveLength(1);
    },
  );

  it('is not raised again when the application listens too, and what it does until it ends is delivered', async () => {
    const app = start(`
      const alive = setInterval(() => {}, 1_000);
      process.on('SIGTERM', () => {
        console.log('draining');
        setTimeout(() => { place(); clearInterval(alive); }, 300);
      });
      place();
      console.log('started');`);
    await app.printed('started');
    app.child.kill('SIGTERM');
    expect(await app.end).toMatchObject({
      signal: null,
      code: 0,
      stdout: expect.stringContaining('draining'),
    });
    expect(orders()).toBe(2);
    expect(receivedSpans(receiver)).toHaveLength(2);
  });

  it('is left to an application that listens to it once, and did so before init()', async () => {
    const app = startApp({
      source: `
        import { getMeter, init } from '@org/instrument';
        const alive = setInterval(() => {}, 1_000);
        process.once('SIGTERM', () => setTimeout(() => { console.log('drained'); clearInterval(alive); }, 300));
        init({ prometheus: false, otlp: { endpoint: process.env.RECEIVER, protocol: 'http/json' } });
        getMeter('shop').createCounter('orders').add(3);
        console.log('started');`,
      env: { RECEIVER: receiver.url },
    });
    apps.push(app);
    await app.printed('started');
    app.child.kill('SIGTERM');
    expect(await app.end).toMatchObject({
      signal: null,
      code: 0,
      stdout: expect.stringContaining('drained'),
    });
    expect(orders()).toBe(3);
  });

  it('is left to an application that listens to it once, before all others, and did so after init()', async () => {
    const app = start(`
      const alive = setInterval(() => {}, 1_000);
      process.prependOnceListener('SIGTERM', () => {
        setTimeout(() => { place(); console.log('drained'); clearInterval(alive); }, 300);
      });
      place();
      console.log('started');`);
    await app.printed('started');
    app.child.kill('SIGTERM');
    expect(await app.end).toMatchObject({
      signal: null,
      code: 0,
      stdout: expect.stringContaining('drained'),
    });
    expect(orders()).toBe(2);
  });

  it.each([
    ['4', require.resolve('signal-exit'), 'onExit'],
    ['3', require.resolve('signal-exit-3'), 'default'],
  ])(
    'ends the process when only signal-exit %s listens beside, whose cleanup comes last',
    async (_version, file, onExit) => {
      const app = start(
        `const { ${onExit}: onExit } = await import(process.env.SIGNAL_EXIT);
      onExit((code, signal) => console.log('cleanup', signal));
      place();
      ${STAYS_ALIVE}`,
        { env: { SIGNAL_EXIT: file } },
      );
      await app.printed('started');
      app.child.kill('SIGTERM');
      expect(await app.end).toMatchObject({
        signal: 'SIGTERM',
        code: null,
        stdout: expect.stringContaining('cleanup SIGTERM'),
      });
      expect(orders()).toBe(1);
    },
  );

  it('leaves the exit code to an application that ends itself', async () => {
    const app = start(`
      process.on('SIGTERM', async () => { place(); await telemetry.shutdown(); process.exit(7); });
      ${STAYS_ALIVE}`);
    await app.printed('started');
    app.child.kill('SIGTERM');
    expect(await app.end).toMatchObject({ signal: null, code: 7 });
    expect(orders()).toBe(1);
  });

  it('ends the process within the deadline when the collector hangs', async () => {
    receiver.answer = hang;
    const app = start(`place(); ${STAYS_ALIVE}`, { init: 'shutdownTimeout: 700,' });
    await app.printed('started');
    const signalled = performance.now();
    app.child.kill('SIGTERM');
    const end = await app.end;
    expect(end.signal).toBe('SIGTERM');
    expect(performance.now() - signalled).toBeLessThan(3_000);
    expect(end.stderr).toContain('Not everything could be delivered within 700 ms');
  });

  it('does nothing of ours when handleSignals is false', async () => {
    const app = start(`place(); ${STAYS_ALIVE}`, { init: 'handleSignals: false,' });
    await app.printed('started');
    app.child.kill('SIGTERM');
    expect(await app.end).toMatchObject({ signal: 'SIGTERM' });
    expect(receiver.requests).toEqual([]);
  });
});

describe('running out of work', () => {
  it('delivers the last interval and keeps the exit code', async () => {
    const app = start('place(); process.exitCode = 3;');
    expect(await app.end).toMatchObject({ signal: null, code: 3, stderr: '' });
    expect(orders()).toBe(1);
    expect(receivedSpans(receiver)).toHaveLength(1);
  });

  it('delivers what other listeners of beforeExit record asynchronously', async () => {
    const app = start(`
      process.once('beforeExit', () => setTimeout(place, 200));
      process.on('beforeExit', () => {});
      place();`);
    expect(await app.end).toMatchObject({ code: 0 });
    expect(orders()).toBe(2);
  });

  it('delays an application that ends itself in beforeExit no longer than the deadline', async () => {
    receiver.answer = hang;
    const app = start("process.on('beforeExit', () => process.exit(4)); place(); console.log(Date.now());", {
      init: 'shutdownTimeout: 500,',
    });
    const end = await app.end;
    expect(end).toMatchObject({ code: 4 });
    expect(Date.now() - Number(end.stdout)).toBeLessThan(3_000);
  });

  it('ends within the deadline when the collector hangs, with the exit code', async () => {
    receiver.answer = hang;
    const app = start('place(); process.exitCode = 3; console.log(Date.now());', {
      init: 'shutdownTimeout: 500,',
    });
    const end = await app.end;
    expect(end).toMatchObject({ signal: null, code: 3 });
    expect(Date.now() - Number(end.stdout)).toBeLessThan(3_000);
    expect(end.stderr).toContain('Not everything could be delivered within 500 ms');
  });

  it('ends within the deadline when there is no collector', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const app = start('place(); console.log(Date.now());', {
      init: 'shutdownTimeout: 500,',
      env: { RECEIVER: `http://127.0.0.1:${port}` },
    });
    const end = await app.end;
    expect(end).toMatchObject({ signal: null, code: 0 });
    expect(Date.now() - Number(end.stdout)).toBeLessThan(3_000);
  });

  it('is not held up by the endpoint of /metrics', async () => {
    const app = start('place(); await telemetry.ready; console.log(telemetry.endpoints.prometheus);', {
      init: 'prometheus: { port: 0 },',
    });
    expect(await app.end).toMatchObject({ code: 0, stdout: expect.stringContaining('http://127.0.0.1:') });
  });
});

describe('a crash', () => {
  it.each([
    ['an error that nobody caught', "setTimeout(() => { throw new Error('boom'); }, 10);"],
    ['a rejection that nobody handled', "setTimeout(() => Promise.reject(new Error('boom')), 10);"],
  ])('by %s keeps its exit code and its stack', async (_, source) => {
    const app = start(`place(); ${source} ${STAYS_ALIVE}`);
    expect(await app.end).toMatchObject({ code: 1, stderr: expect.stringMatching(/Error: boom\n {4}at /) });
  });
});
