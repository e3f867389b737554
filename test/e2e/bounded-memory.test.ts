import { expect } from 'vitest';
import { it } from './harness/lab.ts';
import { total } from './harness/otlp-file.ts';
import { failedSpans, openShop, selfMetric } from './harness/shop.ts';

const SPANS = 100_000;
const RECORDS = 1_000_000;

/** Default of `metrics.cardinalityLimit`. */
const CARDINALITY_LIMIT = 2_000;

/** The span queue keeps 2,048 spans of some 300 bytes, and one batch is on its way; the rest is the noise of a heap. */
const MAX_GROWTH_BYTES = 24 * 2 ** 20;

it('with the collector gone, memory stays bounded and everything that was dropped is counted', async ({
  lab,
}) => {
  const collector = await lab.prepareCollector();
  const shop = await openShop(lab, collector.endpoint, { flags: ['--expose-gc'] });
  await shop.work(100);
  const before = await shop.state();
  await shop.work(SPANS - 100);
  await shop.record(RECORDS);
  const after = await shop.state();
  expect(after.memory - before.memory).toBeLessThan(MAX_GROWTH_BYTES);
  const processed = 'otel.sdk.processor.span.processed';
  expect(selfMetric(after, processed, { 'error.type': 'queue_full' })).toBeGreaterThan(SPANS / 2);
  expect(selfMetric(after, 'orders')).toBe(SPANS + RECORDS);
  const faults = async (): Promise<number> => selfMetric(await shop.state(), 'instrument.faults');
  await expect.poll(faults, { timeout: 5_000 }).toBeGreaterThan(0);

  await collector.start();
  const orders = (): number => total(collector.points(), 'orders');
  await expect.poll(orders, { timeout: 20_000 }).toBe(SPANS + RECORDS);
  await shop.flush();
  const last = await shop.state();
  const dropped = selfMetric(last, processed, { 'error.type': 'queue_full' });
  expect(selfMetric(last, processed)).toBe(SPANS);
  const failed = failedSpans(last);
  const placed = (): number => collector.spans().filter(({ name }) => name === 'place').length;
  await expect.poll(placed, { timeout: 20_000 }).toBe(SPANS - dropped - failed);
  expect(last.unhandled).toEqual([]);
  expect(await shop.leave()).toBe(0);
});

it('with the collector gone, a million series cost no more than the limit allows, and the rest is counted', async ({
  lab,
}) => {
  const collector = await lab.prepareCollector();
  const shop = await openShop(lab, collector.endpoint, { flags: ['--expose-gc'] });
  await shop.scatter(10_000);
  const before = await shop.state();
  await shop.scatter(RECORDS - 10_000);
  const after = await shop.state();
  expect(after.memory - before.memory).toBeLessThan(MAX_GROWTH_BYTES);
  const series = after.series.filter(({ name }) => name === 'orders');
  expect(series.length).toBeLessThanOrEqual(CARDINALITY_LIMIT);
  expect(selfMetric(after, 'orders')).toBe(RECORDS);
  const overflowing = selfMetric(after, 'orders', { 'otel.metric.overflow': true });
  expect(selfMetric(after, 'instrument.cardinality.overflows')).toBe(overflowing);
  expect(overflowing).toBeGreaterThanOrEqual(RECORDS - CARDINALITY_LIMIT);

  await collector.start();
  const orders = (): number => total(collector.points(), 'orders');
  await expect.poll(orders, { timeout: 20_000 }).toBe(RECORDS);
  expect(await shop.leave()).toBe(0);
});
