import { join } from 'node:path';
import { queryJournal } from '@org/instrument-audit/journal';
import { describe, expect } from 'vitest';
import { it } from '../harness/lab.ts';

const DELIVERY = { timeout: 20_000, interval: 50 };

/** Operations in one turn of the event loop: more than the queue of the application's spans takes. */
const BURST = 5_000;

/** Nothing of the application itself is sampled. */
const SOURCE = `
  import { audit, audited, init, instrumentFunction } from '@org/instrument';
  const telemetry = init({
    serviceName: 'shop',
    prometheus: false,
    otlp: { endpoint: process.env.ENDPOINT },
    metrics: false,
    traces: { sampler: 'always_off' },
    audit: { directory: process.env.DIRECTORY },
  });
  await telemetry.ready;
  const orders = { namespace: 'file', name: '/data/orders.csv', version: '3' };
  const load = audited('orders.load', async () => {}, { outputs: () => [orders] });
  const report = audited('orders.report', async () => {}, { inputs: () => [orders] });
  await instrumentFunction(load, { name: 'load' })();
  await instrumentFunction(report, { name: 'report' })();
  for (let n = 0; n < ${BURST}; n++) audit.record({ action: 'orders.view', target: 'order:' + n });
  await telemetry.shutdown();`;

describe('the spans of audited operations', () => {
  it('arrive, all of them, whatever is sampled, with links to what they read', async ({ lab }) => {
    const collector = await lab.startCollector();
    const directory = join(lab.directory, 'journal');
    const env = { ENDPOINT: collector.endpoint, DIRECTORY: directory };
    const app = lab.startApp({ source: SOURCE, env });
    expect(await app.end).toEqual({ code: 0, signal: null });

    const named = (name: string) => collector.spans().filter((span) => span.name === name);
    await expect.poll(() => named('audit.orders.view').length, DELIVERY).toBe(BURST);
    const [load] = named('audit.orders.load');
    const [report] = named('audit.orders.report');
    expect(collector.spans()).toHaveLength(BURST + 2);
    expect(report?.traceId).not.toBe(load?.traceId);
    expect(report?.links.map(({ traceId, spanId }) => ({ traceId, spanId }))).toEqual([
      { traceId: load?.traceId, spanId: load?.spanId },
    ]);

    // Each entry knows its span, and each span its entry.
    const spans = new Map(collector.spans().map((span) => [span.spanId, span]));
    let entries = 0;
    for await (const { index, action, phase, correlation } of queryJournal(directory)) {
      entries++;
      const span = spans.get(correlation?.spanId ?? '');
      expect(span?.name).toBe(`audit.${action}`);
      expect(span?.traceId).toBe(correlation?.traceId);
      if (phase !== 'started') expect(span?.attributes['audit.entry.index']).toBe(index);
    }
    expect(entries).toBe(BURST + 4);
  });
});
