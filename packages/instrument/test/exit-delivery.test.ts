import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  accept,
  hang,
  type OtlpReceiver,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from '../../otel/test/otlp-receiver.ts';
import { type App, type AppOptions, startApp } from './support/start-app.ts';

let receiver: OtlpReceiver;
const apps: App[] = [];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  for (const { child } of apps.splice(0)) child.kill('SIGKILL');
  await receiver.close();
});

/** Intervals that never come by themselves: what arrives was delivered at the end. */
const NEVER = "metrics: { interval: '1h' }, traces: { batch: { scheduledDelay: '1h' } },";

interface StartOptions extends AppOptions {
  readonly init?: string;
  readonly otlp?: string;
}

/** Starts an application that has called `init()` with the receiver as its collector, and has a counter `orders`. */
function start(source: string, { init = NEVER, otlp = '', ...options }: StartOptions = {}): App {
  const app = startApp({
    ...options,
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const telemetry = init({
        prometheus: false,
        otlp: { endpoint: process.env.RECEIVER, protocol: 'http/json', ${otlp} },
        ${init}
      });
      const orders = getMeter('shop').createCounter('orders');
      const place = instrumentFunction(() => orders.add(1), { name: 'place' });
      ${source}`,
    env: { RECEIVER: receiver.url, ...options.env },
  });
  apps.push(app);
  return app;
}

/** Each value of the counter that arrived. */
function orders(): number[] {
  return receivedMetrics(receiver, 'orders').map(({ sum }) => {
    const point = sum?.dataPoints[0];
    return Number(point?.asDouble ?? point?.asInt);
  });
}

function spanIds(): string[] {
  return receivedSpans(receiver).map(({ spanId }) => spanId);
}

const BOOM = /^.*\n.*\n *\^\n\nError: boom\n {4}at .*\n(?: {4}at .*\n)*\nNode\.js v.*\n$/;

describe('the last interval is delivered', () => {
  it.each([
    ['process.exit()', 'process.exit(3);', 3, /^$/],
    ['process.exit() with an exit code set before', 'process.exitCode = 4; process.exit();', 4, /^$/],
    ['an uncaught exception', "setTimeout(() => { throw new Error('boom'); });", 1, BOOM],
    ['an unhandled rejection', "setTimeout(() => void Promise.reject(new Error('boom')));", 1, BOOM],
    [
      'an exit in a handler of uncaughtException',
      "process.on('uncaughtException', () => process.exit(9)); setTimeout(() => { throw new Error('boom'); });",
      9,
      /^$/,
    ],
  ])('at %s, once, with the exit code and what Node says', async (_, source, code, stderr) => {
    const app = start(`await telemetry.ready; place(); place(); ${source}`);
    expect(await app.end).toMatchObject({ code, signal: null, stderr: expect.stringMatching(stderr) });
    expect(orders()).toEqual([2]);
    expect(new Set(spanIds()).size).toBe(2);
    expect(spanIds()).toHaveLength(2);
  });

  it('at process.exit() in the same breath as init(), before any reader is attached', async () => {
    const app = start('place(); process.exit(3);');
    expect(await app.end).toMatchObject({ code: 3, stderr: '' });
    expect(orders()).toEqual([1]);
    expect(spanIds()).toHaveLength(1);
  });

  it('in a signal handler of the application that ends the process at once', async () => {
    const app = start(`
      process.on('SIGTERM', () => { place(); process.exit(0); });
      await telemetry.ready;
      setInterval(() => {}, 1_000);
      console.log('started');`);
    await app.printed('started');
    app.child.kill('SIGTERM');
    expect(await app.end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(orders().at(-1)).toBe(1);
    expect(new Set(spanIds()).size).toBe(1);
  });

  it('at process.exit() in a worker thread, whose telemetry is its own', async () => {
    const app = start(
      `
      import { isMainThread, Worker } from 'node:worker_threads';
      await telemetry.ready;
      if (isMainThread) {
        const { SOURCE } = process.env;
        const worker = new Worker(SOURCE, { eval: true });
        worker.on('exit', (code) => { console.log('thread', code); process.exit(5); });
      }`,
      {
        env: {
          SOURCE: `
          import('@org/instrument').then(async ({ getMeter, init }) => {
            const telemetry = init({
              prometheus: false,
              otlp: { endpoint: process.env.RECEIVER, protocol: 'http/json' }, ${NEVER}
            });
            await telemetry.ready;
            getMeter('shop').createCounter('orders').add(7);
            process.exit(6);
          });`,
        },
      },
    );
    expect(await app.end).toMatchObject({ code: 5, stdout: 'thread 6\n', stderr: '' });
    expect(orders()).toEqual([7]);
  });

  it('when the application asks for no signals to be handled, and runs out of work', async () => {
    const app = start('await telemetry.ready; place();', { init: `${NEVER} handleSignals: false,` });
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
    expect(orders()).toEqual([1]);
    expect(spanIds()).toHaveLength(1);
  });

  it('with what observable instruments say then, unless they say it later', async () => {
    const app = start(`
      const meter = getMeter('shop');
      let depth = 1;
      meter.createObservableGauge('depth').addCallback((result) => result.observe(depth));
      meter.createObservableGauge('later').addCallback(async (result) => { await null; result.observe(1); });
      await telemetry.ready;
      depth = 42;
      process.exit(0);`);
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
    const [metric] = receivedMetrics(receiver, 'depth');
    expect(metric?.gauge?.dataPoints[0]?.asDouble).toBe(42);
    expect(receivedMetrics(receiver, 'later')).toEqual([]);
  });

  it('compressed, with the headers of the application, as protobuf', async () => {
    const app = start('await telemetry.ready; place(); process.exit(0);', {
      otlp: "protocol: 'http/protobuf', compression: 'gzip', headers: { Authorization: 'Bearer abc' },",
    });
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
    const paths = receiver.requests.map(({ path }) => path).sort();
    expect(paths).toEqual(['/v1/metrics', '/v1/traces']);
    for (const { headers, body } of receiver.requests) {
      expect(headers).toMatchObject({
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
        authorization: 'Bearer abc',
      });
      expect(body.includes('place')).toBe(true);
    }
  });

  it('again after an answer that asks for it', async () => {
    let answers = 0;
    receiver.answer = (response) => {
      if (answers++ < 2) response.writeHead(503).end();
      else accept(response);
    };
    const app = start('await telemetry.ready; place(); process.exit(0);');
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
    const ends = receiver.requests.map(({ path }) => path).sort();
    expect(ends).toEqual(['/v1/metrics', '/v1/metrics', '/v1/traces', '/v1/traces']);
  });

  it.each(['-1', '1e-9', '0', 'soon'])(
    'in ever longer steps where the answer asks for it in no time: Retry-After: %s',
    async (retryAfter) => {
      receiver.answer = (response) => void response.writeHead(503, { 'retry-after': retryAfter }).end();
      const app = start('await telemetry.ready; place(); process.exit(0);', {
        init: `${NEVER} shutdownTimeout: '1500ms',`,
      });
      expect(await app.end).toMatchObject({ code: 0, stderr: expect.stringContaining('503') });
      // At once, after 0.1, 0.2, 0.4 and 0.8 s, for metrics and spans.
      expect(receiver.requests.length).toBeGreaterThan(3);
      expect(receiver.requests.length).toBeLessThan(12);
    },
  );
});

describe('nothing is delivered twice', () => {
  it('when the process runs out of work', async () => {
    const app = start('await telemetry.ready; place();');
    expect(await app.end).toMatchObject({ code: 0, stderr: '' });
    expect(orders()).toEqual([1]);
    expect(spanIds()).toHaveLength(1);
  });

  it.each(['flush', 'shutdown'])('when it exits after %s()', async (call) => {
    const app = start(`place(); await telemetry.${call}(); process.exit(2);`);
    expect(await app.end).toMatchObject({ code: 2, stderr: '' });
    expect(orders()).toEqual([1]);
    expect(spanIds()).toHaveLength(1);
  });

  it('when it exits while shutdown() is under way, and nothing is lost', async () => {
    const app = start('await telemetry.ready; place(); void telemetry.shutdown(); process.exit(2);');
    expect(await app.end).toMatchObject({ code: 2, stderr: '' });
    expect(orders()).toEqual([1]);
    expect(spanIds()).toHaveLength(1);
  });

  it('nor anything at all when the deadline is 0', async () => {
    const app = start('await telemetry.ready; place(); process.exit(2);', { init: 'shutdownTimeout: 0,' });
    expect(await app.end).toMatchObject({ code: 2, stderr: '' });
    expect(receiver.requests).toEqual([]);
  });

  it('unless something was recorded since', async () => {
    const app = start('place(); await telemetry.flush(); place(); process.exit(2);');
    expect(await app.end).toMatchObject({ code: 2, stderr: '' });
    expect(orders()).toEqual([1, 2]);
    expect(spanIds()).toHaveLength(2);
  });
});

describe('a receiver that does not take it', () => {
  it('holds the end up no longer than the deadline when it hangs, and its exit code stays', async () => {
    receiver.answer = hang;
    const app = start(
      `await telemetry.ready; place();
      const exiting = Date.now();
      process.on('exit', () => console.log(Date.now() - exiting));
      process.exit(3);`,
      { init: `${NEVER} shutdownTimeout: 500,` },
    );
    const { code, stdout, stderr } = await app.end;
    expect(code).toBe(3);
    expect(Number(stdout)).toBeGreaterThanOrEqual(490);
    expect(Number(stdout)).toBeLessThan(2_500);
    expect(stderr).toMatch(
      /OTLP receiver .*\/v1\/traces: no answer within (500|4\d\d) ms\. The address is set by otlp\.endpoint \(OTEL_EXPORTER_OTLP_ENDPOINT\)/,
    );
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
  });

  it('does not hold the end up when it is absent', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const app = start(
      `await telemetry.ready; place();
      const exiting = Date.now();
      process.on('exit', () => console.log(Date.now() - exiting));
      process.exit(3);`,
      { env: { RECEIVER: `http://127.0.0.1:${port}` }, init: `${NEVER} shutdownTimeout: '20s',` },
    );
    const { code, stdout, stderr } = await app.end;
    expect(code).toBe(3);
    expect(Number(stdout)).toBeLessThan(10_000);
    expect(stderr).toMatch(
      /exit: OTLP receiver .*ECONNREFUSED.* The address is set by otlp\.endpoint \(OTEL_EXPORTER_OTLP_ENDPOINT\)/,
    );
  });

  it('is named with its answer, and with the option that may be wrong', async () => {
    receiver.answer = (response) => response.writeHead(401).end();
    const app = start('await telemetry.ready; place(); process.exit(3);', { init: NEVER });
    const { code, stderr } = await app.end;
    expect(code).toBe(3);
    expect(stderr).toContain(
      `exit: OTLP receiver ${receiver.url}/v1/traces answered 401: Unauthorized. See otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)`,
    );
  });

  it('is not tried again when a delivery has just been given up', async () => {
    receiver.answer = hang;
    const app = start(
      `place(); await telemetry.flush();
      const exiting = Date.now();
      process.on('exit', () => console.log(Date.now() - exiting));
      process.exit(3);`,
      { init: `${NEVER} shutdownTimeout: 1_000,` },
    );
    const { code, stdout } = await app.end;
    expect(code).toBe(3);
    expect(Number(stdout)).toBeLessThan(900);
  });

  it.each([
    [
      'a logger of the application that throws',
      "diag.setLogger({ error() { throw new Error('logger'); }, warn() {}, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true });",
    ],
    [
      'a callback that throws',
      "getMeter('shop').createObservableGauge('bad').addCallback(() => { throw new Error('callback'); });",
    ],
  ])('does not change how the process ends: %s', async (_, source) => {
    receiver.answer = (response) => response.writeHead(400).end();
    const app = start(`
      import { diag } from '@opentelemetry/api';
      ${source}
      await telemetry.ready; place(); process.exit(3);`);
    const { code, stderr } = await app.end;
    expect(code).toBe(3);
    expect(stderr).not.toContain('at ');
  });
});

describe('an export on its way', () => {
  it('of spans is sent again: what has not been answered may be lost', async () => {
    receiver.answer = hang;
    const app = start(
      `await telemetry.ready; place(); place();
      void telemetry.flush();
      setInterval(() => {}, 1_000);
      process.on('SIGUSR2', () => process.exit(3));
      console.log('started');`,
    );
    await app.printed('started');
    await expect.poll(() => spanIds().length, { timeout: 10_000 }).toBe(2);
    receiver.answer = accept;
    app.child.kill('SIGUSR2');
    expect(await app.end).toMatchObject({ code: 3, stderr: '' });
    expect(spanIds()).toHaveLength(4);
    expect(new Set(spanIds()).size).toBe(2);
    expect(orders().at(-1)).toBe(2);
  });

  it.each([
    ['are not sent again: they will arrive', 'hang', [2, 1]],
    ['are sent again when nobody has taken the connection', 'refuse', [3]],
  ])('of deltas %s', async (_, answer, values) => {
    if (answer === 'hang') receiver.answer = hang;
    const port = Number(new URL(receiver.url).port);
    if (answer === 'refuse') await receiver.close();
    const app = start(
      `import { diag } from '@opentelemetry/api';
      const logger = { verbose: console.log, debug() {}, info() {}, warn() {}, error() {} };
      diag.setLogger(logger, { logLevel: 80, suppressOverrideMessage: true });
      await telemetry.ready; place(); place();
      void telemetry.flush();
      setInterval(() => {}, 1_000);
      process.on('SIGUSR2', () => { place(); process.exit(3); });
      console.log('started');`,
      { otlp: "temporality: 'delta'," },
    );
    await app.printed('started');
    if (answer === 'hang') {
      await expect.poll(() => orders().length, { timeout: 10_000 }).toBe(1);
      receiver.answer = accept;
    } else {
      await app.printed('trying again');
      receiver = await startOtlpReceiver(port);
    }
    app.child.kill('SIGUSR2');
    expect(await app.end).toMatchObject({ code: 3 });
    expect(orders()).toEqual(values);
  });
});
