import { describe, expect } from 'vitest';
import type { BackgroundProcess } from './harness/background-process.ts';
import type { Collector } from './harness/collector.ts';
import { it, type Lab } from './harness/lab.ts';
import { total } from './harness/otlp-file.ts';

const DELIVERY = { timeout: 10_000, interval: 50 };

/** Longest that a process may take to end once it was told to: the deadline of a shutdown, and its own end. */
const END_MILLIS = 7_000;

/** An interval that never comes by itself: what arrives was delivered at the end. */
const SET_UP = `
  import { getMeter, init, instrumentFunction } from '@org/instrument';
  init({
    serviceName: 'shop',
    prometheus: false,
    otlp: { endpoint: process.env.ENDPOINT },
    metrics: { interval: '1h' },
    traces: { batch: { scheduledDelay: '1h' } },
  });
  const orders = getMeter('shop').createCounter('orders');
  const place = instrumentFunction(() => orders.add(1), { name: 'place' });`;

function start(lab: Lab, { endpoint }: Collector, source: string): BackgroundProcess {
  return lab.startApp({ source: `${SET_UP}\n${source}`, env: { ENDPOINT: endpoint } });
}

/** The count in one point, and as many spans: nothing twice. */
async function expectDelivered(collector: Collector, count: number): Promise<void> {
  await expect.poll(() => total(collector.points(), 'orders'), DELIVERY).toBe(count);
  expect(collector.points().filter(({ metric }) => metric === 'orders')).toHaveLength(1);
  const placed = (): string[] => collector.spans().map(({ spanId }) => spanId);
  await expect.poll(() => new Set(placed()).size, DELIVERY).toBe(count);
  expect(placed()).toHaveLength(count);
}

describe('the last interval is delivered', () => {
  it.for(['SIGTERM', 'SIGINT'] as const)('on %s, which still ends the process', async (signal, { lab }) => {
    const collector = await lab.startCollector();
    const app = start(lab, collector, "place(); place(); setInterval(() => {}, 1_000); console.log('open');");
    await app.ready(() => app.stdout.includes('open'), 'The application');
    const told = performance.now();
    app.child.kill(signal);
    expect(await app.end).toEqual({ code: null, signal });
    expect(performance.now() - told).toBeLessThan(END_MILLIS);
    await expectDelivered(collector, 2);
  });

  it.for([
    ['process.exit()', 'process.exit(3);', 3, /^$/],
    ['an uncaught exception', "setTimeout(() => { throw new Error('boom'); });", 1, /\nError: boom\n {4}at /],
    ['an unhandled rejection', "void Promise.reject(new Error('boom'));", 1, /\nError: boom\n {4}at /],
  ] as const)('at %s, with its exit code and what Node says', async ([, end, code, stderr], { lab }) => {
    const collector = await lab.startCollector();
    const app = start(lab, collector, `place(); place(); place(); place(); ${end}`);
    expect(await app.end).toEqual({ code, signal: null });
    expect(app.stderr).toMatch(stderr);
    await expectDelivered(collector, 4);
  });

  it('at process.exit() in a handler of SIGTERM, with deltas', async ({ lab }) => {
    const collector = await lab.startCollector();
    const app = lab.startApp({
      source: `${SET_UP.replace('otlp: {', "otlp: { temporality: 'delta',")}
        place();
        process.on('SIGTERM', () => { place(); process.exit(0); });
        setInterval(() => {}, 1_000);
        console.log('open');`,
      env: { ENDPOINT: collector.endpoint },
    });
    await app.ready(() => app.stdout.includes('open'), 'The application');
    app.child.kill('SIGTERM');
    expect(await app.end).toEqual({ code: 0, signal: null });
    await expectDelivered(collector, 2);
  });

  it('when the process runs out of work, with its exit code', async ({ lab }) => {
    const collector = await lab.startCollector();
    const app = start(
      lab,
      collector,
      'place(); place(); place(); process.disconnect(); process.exitCode = 3;',
    );
    expect(await app.end).toEqual({ code: 3, signal: null });
    await expectDelivered(collector, 3);
  });
});

describe('each with its own service.instance.id', () => {
  /** Orders by instance. */
  function byInstance(collector: Collector): Map<unknown, number> {
    const counted = collector.points().filter(({ metric }) => metric === 'orders');
    return new Map(counted.map(({ resource, value }) => [resource['service.instance.id'], value]));
  }

  it.for(['', 'process.exit();', "throw new Error('boom');"])(
    'worker threads and their parent report; %s',
    async (end, { lab }) => {
      const collector = await lab.startCollector();
      const app = start(
        lab,
        collector,
        `
      import { isMainThread, Worker, workerData } from 'node:worker_threads';
      if (isMainThread) {
        place();
        for (const count of [10, 100]) new Worker(new URL(import.meta.url), { workerData: count }).on('error', () => {});
        process.disconnect();
      } else {
        for (let i = 0; i < workerData; i++) place();
        ${end}
      }`,
      );
      expect(await app.end).toEqual({ code: 0, signal: null });
      await expect.poll(() => [...byInstance(collector).values()].sort(), DELIVERY).toEqual([1, 10, 100]);
      await expect.poll(() => collector.spans().length, DELIVERY).toBe(111);
      expect(new Set(collector.spans().map(({ resource }) => resource['service.instance.id'])).size).toBe(3);
    },
  );

  it.for(['cluster.worker.disconnect();', 'process.exit();', "throw new Error('boom');"])(
    'the children of a cluster and their primary report; %s',
    async (end, { lab }) => {
      const collector = await lab.startCollector();
      const app = start(
        lab,
        collector,
        `
      import cluster from 'node:cluster';
      if (cluster.isPrimary) {
        place();
        for (const count of [10, 100]) cluster.fork({ COUNT: String(count) });
        process.disconnect();
      } else {
        for (let i = 0; i < Number(process.env.COUNT); i++) place();
        ${end}
      }`,
      );
      expect(await app.end).toEqual({ code: 0, signal: null });
      await expect.poll(() => [...byInstance(collector).values()].sort(), DELIVERY).toEqual([1, 10, 100]);
      await expect.poll(() => collector.spans().length, DELIVERY).toBe(111);
      expect(new Set(collector.spans().map(({ resource }) => resource['service.instance.id'])).size).toBe(3);
    },
  );
});
