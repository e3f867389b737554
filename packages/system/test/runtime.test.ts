import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { startGroups } from './bed.ts';

/** Keeps the event loop busy. */
function block(millis: number): void {
  const until = performance.now() + millis;
  while (performance.now() < until);
}

test('a block of the event loop is the maximum of its delay, for every reader', async () => {
  const { provider, collect } = startGroups(['eventLoop'], { interval: '4s' });
  const other = provider.addCollector();
  // A block is seen by the look that it delays, so that there must have been one before.
  await expect.poll(async () => (await collect())['nodejs.eventloop.delay.max']).toBeDefined();
  block(400);
  const max = async () => (await collect())['nodejs.eventloop.delay.max']?.[''];
  // It began up to 50 ms after the last look.
  await expect.poll(max, { timeout: 4_000 }).toBeGreaterThan(0.3);
  for (const metrics of [await collect(), await collect(other)]) {
    const of = (name: string): number => metrics[`nodejs.eventloop.delay.${name}`]?.[''] ?? Number.NaN;
    expect(of('max')).toBeGreaterThan(0.3);
    expect(of('max')).toBeGreaterThanOrEqual(of('p99'));
    expect(of('p99')).toBeGreaterThanOrEqual(of('p90'));
    expect(of('p90')).toBeGreaterThanOrEqual(of('p50'));
    expect(of('p50')).toBeGreaterThanOrEqual(of('min'));
    expect(of('mean')).toBeGreaterThan(of('min'));
    expect(of('stddev')).toBeGreaterThan(0);
  }
});

test('utilisation is the share of the time in which the loop was busy', async () => {
  const { collect } = startGroups(['eventLoop'], { interval: '1m' });
  const before = (await collect())['nodejs.eventloop.time'];
  block(300);
  const metrics = await collect();
  expect((metrics['nodejs.eventloop.time']?.active ?? 0) - (before?.active ?? 0)).toBeGreaterThan(0.29);
  expect(metrics['nodejs.eventloop.utilization']?.['']).toBeGreaterThan(0.5);
  expect(metrics['nodejs.eventloop.utilization']?.['']).toBeLessThanOrEqual(1);
});

test('collections of garbage are counted by type', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as (options?: object) => void;
  const { collect } = startGroups(['gc']);
  const counts = async () => (await collect())['v8js.gc.duration'] ?? {};
  collectGarbage();
  collectGarbage();
  await expect.poll(async () => (await counts()).major).toBeGreaterThanOrEqual(2);
  collectGarbage({ type: 'minor' });
  await expect.poll(async () => (await counts()).minor).toBeGreaterThanOrEqual(1);
});

test('the heap by space, its limit, and what is held outside of it', async () => {
  const { collect } = startGroups(['heap']);
  const before = await collect();
  const buffer = Buffer.alloc(32_000_000);
  const after = await collect();
  const used = Object.values(after['v8js.memory.heap.used'] ?? {}).reduce((a, b) => a + b);
  // Between the two, this very test makes objects.
  expect(Math.abs(used - process.memoryUsage().heapUsed)).toBeLessThan(8_000_000);
  expect(Object.keys(after['v8js.memory.heap.space.size'] ?? {})).toContain('old_space');
  expect(after['instrument.heap.limit']?.['']).toBeGreaterThan(used);
  const external = (metrics: typeof after): number => metrics['instrument.memory.external']?.[''] ?? 0;
  expect(external(after) - external(before)).toBeGreaterThan(buffer.length * 0.9);
});

test('what keeps the loop alive, by type, down to none', async () => {
  const { collect } = startGroups(['handles']);
  const servers = async () => (await collect())['v8js.resource.active']?.TCPServerWrap;
  const before = (await servers()) ?? 0;
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await expect.poll(servers).toBe(before + 1);
  await new Promise((resolve) => server.close(resolve));
  await expect.poll(servers).toBe(before);
});
