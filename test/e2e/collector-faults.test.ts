import { describe, expect } from 'vitest';
import type { Collector } from './harness/collector.ts';
import { it, type Lab } from './harness/lab.ts';
import { total } from './harness/otlp-file.ts';
import { failedSpans, openShop, type Shop, selfMetric } from './harness/shop.ts';

/** Long enough for the last retry of an export, and short enough that the test tells. */
const DELIVERY = { timeout: 20_000, interval: 100 };

const orders = (collector: Collector): number => total(collector.points(), 'orders');
const placed = (collector: Collector): string[] =>
  collector.spans().flatMap(({ name, spanId }) => (name === 'place' ? [spanId] : []));

/** How often each span arrived. */
function timesEach(ids: readonly string[]): number[] {
  const times = new Map<string, number>();
  for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
  return [...times.values()];
}

/** Each order was counted, and each span arrived, once. */
async function expectDelivered(collector: Collector, count: number): Promise<void> {
  await expect.poll(() => orders(collector), DELIVERY).toBe(count);
  await expect.poll(() => placed(collector).length, DELIVERY).toBe(count);
  expect(new Set(placed(collector)).size).toBe(count);
}

/** The application noticed nothing. */
async function expectUndisturbed(shop: Shop): Promise<void> {
  expect((await shop.state()).unhandled).toEqual([]);
  expect(await shop.leave()).toBe(0);
}

/** Pushed by flushing alone, so that the retries of a push have time: they end with the interval. */
const SELDOM = { metrics: { interval: '1m' } };

describe.each([
  { temporality: 'cumulative', init: {} },
  { temporality: 'delta', init: SELDOM },
])('a collector, sent $temporality metrics,', ({ temporality, init }) => {
  it('that is absent at start and comes up soon is sent everything once', async ({ lab }) => {
    const collector = await lab.prepareCollector();
    const otlp = { endpoint: collector.endpoint, temporality };
    const shop = await openShop(lab, collector.endpoint, { init: { ...init, otlp } });
    await shop.work(50);
    const flushed = shop.flush();
    // The first exports have failed by now, and wait for their next attempt.
    await new Promise((resolve) => setTimeout(resolve, 700));
    await shop.work(50);
    await collector.start();
    await flushed;
    await shop.flush();
    await expectDelivered(collector, 100);
    await expectUndisturbed(shop);
  });

  it('that is killed in the middle of an export and started again is sent everything once', async ({
    lab,
  }) => {
    const collector = await lab.startCollector();
    const otlp = { endpoint: collector.endpoint, temporality };
    const shop = await openShop(lab, collector.endpoint, { init: { ...init, otlp } });
    await shop.work(50);
    await shop.flush();
    await expectDelivered(collector, 50);
    // Frozen first, so that the export is under way, and not acknowledged, when it is killed.
    collector.freeze();
    await shop.work(50);
    const flushed = shop.flush();
    await new Promise((resolve) => setTimeout(resolve, 700));
    await collector.kill();
    await shop.work(50);
    await collector.start();
    await flushed;
    await shop.flush();
    await expectDelivered(collector, 150);
    await expectUndisturbed(shop);
  });
});

describe('an interval whose push has failed for good', () => {
  it('costs cumulative totals nothing', async ({ lab }) => {
    expect(await countAfterAbsence(lab, 'cumulative')).toBe(100);
  });

  it('costs delta totals nothing', async ({ lab }) => {
    expect(await countAfterAbsence(lab, 'delta')).toBe(100);
  });

  async function countAfterAbsence(lab: Lab, temporality: string): Promise<number> {
    const collector = await lab.prepareCollector();
    const otlp = { endpoint: collector.endpoint, temporality };
    // Pushes have 300 ms: no time for a retry.
    const shop = await openShop(lab, collector.endpoint, { init: { otlp } });
    await shop.work(50);
    await shop.flush();
    await collector.start();
    await shop.work(50);
    await shop.flush();
    await expect.poll(() => orders(collector), DELIVERY).toBeGreaterThanOrEqual(50);
    await expectUndisturbed(shop);
    return orders(collector);
  }
});

describe.each(['http/protobuf', 'http/json', 'grpc'])(
  'over %s, a collector that is absent for longer than the retries',
  (protocol) => {
    /** Exports that were given up, as the exporter counts them. */
    const failedExports = async (shop: Shop): Promise<number> =>
      (await shop.state()).series
        .filter(({ name }) => name === 'otel.sdk.exporter.span.exported')
        .filter(({ attributes }) => attributes['error.type'] !== undefined)
        .reduce((sum, { value }) => sum + value, 0);
    const absent = async (lab: Lab, batch: object): Promise<{ collector: Collector; shop: Shop }> => {
      const collector = await lab.prepareCollector();
      const endpoint = protocol === 'grpc' ? collector.grpcEndpoint : collector.endpoint;
      const init = { otlp: { endpoint, protocol, timeout: 1_500 }, traces: { batch } };
      return { collector, shop: await openShop(lab, collector.endpoint, { init }) };
    };

    it('costs no spans that the queue has room for', async ({ lab }) => {
      const { collector, shop } = await absent(lab, { scheduledDelay: 100 });
      await shop.work(50);
      await expect.poll(() => failedExports(shop), DELIVERY).toBeGreaterThanOrEqual(50);
      await shop.work(70);
      expect(failedSpans(await shop.state())).toBe(0);
      await collector.start();
      await expectDelivered(collector, 120);
      const state = await shop.state();
      expect(failedSpans(state)).toBe(0);
      expect(selfMetric(state, 'otel.sdk.processor.span.processed')).toBe(120);
      await expectUndisturbed(shop);
    });

    it('costs the spans that the queue has no room for, each of which is counted', async ({ lab }) => {
      const { collector, shop } = await absent(lab, {
        scheduledDelay: 100,
        maxQueueSize: 60,
        maxExportBatchSize: 50,
      });
      // 50 are on their way, and 50 wait: one of both is lost.
      await shop.work(100);
      await expect.poll(async () => failedSpans(await shop.state()), DELIVERY).toBe(50);
      await collector.start();
      await expect.poll(() => placed(collector).length, DELIVERY).toBe(50);
      const state = await shop.state();
      expect(selfMetric(state, 'otel.sdk.processor.span.processed')).toBe(100);
      await expectUndisturbed(shop);
    });
  },
);

describe('a frozen collector', () => {
  it('costs, frozen for longer than every timeout, only what was on its way, which is counted', async ({
    lab,
  }) => {
    const collector = await lab.startCollector();
    const shop = await openShop(lab, collector.endpoint, {
      init: {
        otlp: { endpoint: collector.endpoint, timeout: 500 },
        traces: { batch: { scheduledDelay: 100, exportTimeout: 1_000 } },
        shutdownTimeout: 1_000,
      },
    });
    await shop.work(50);
    await expectDelivered(collector, 50);
    collector.freeze();
    await shop.work(50);
    // Longer than the timeouts of the exporter, the processor, the reader and the flush.
    expect(await shop.flush()).toBeLessThan(2_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await shop.work(50)).toBeLessThan(1_000);
    collector.thaw();
    await shop.work(50);
    await expect.poll(() => orders(collector), DELIVERY).toBe(200);

    await shop.flush();
    const state = await shop.state();
    const failed = failedSpans(state);
    // What a frozen receiver had in its buffers arrives when it thaws, given up or not: once over each connection, which is
    // the one that was kept, and one more.
    const distinct = (): number => new Set(placed(collector)).size;
    await expect.poll(distinct, DELIVERY).toBeGreaterThanOrEqual(200 - failed);
    expect(distinct()).toBeLessThanOrEqual(200);
    expect(Math.max(...timesEach(placed(collector)))).toBeLessThanOrEqual(2);
    expect(selfMetric(state, 'instrument.faults')).toBeGreaterThan(0);
    await expectUndisturbed(shop);
  });
});
