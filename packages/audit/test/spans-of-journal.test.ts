import { readdirSync, readlinkSync } from 'node:fs';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, test } from 'vitest';
import { buildLineage } from '../src/lineage/build-lineage.ts';
import { useAudits } from './opened-audits.ts';

const audits = useAudits();
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('audit');
const orders = { namespace: 'file', name: '/data/orders.csv' };

afterEach(() => exporter.reset());

function spanOf(action: string): ReadableSpan {
  const span = exporter.getFinishedSpans().find(({ name }) => name === `audit.${action}`);
  if (span === undefined) throw new Error(`no span of ${action}`);
  return span;
}

/** Files of a directory that this process has open. */
function openIn(directory: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(directory) ? [path] : [];
    } catch {
      // The one by which this was listed.
      return [];
    }
  });
}

describe('the span of an operation', () => {
  test('has the times that the operation was given', () => {
    const { audit } = audits.open({ tracer });
    audit.record({ action: 'orders.load', startTime: 1_700_000_000_000, durationMillis: 1_500 });
    const { startTime, endTime } = spanOf('orders.load');
    expect([startTime, endTime].map(([seconds, nanos]) => seconds * 1e3 + nanos / 1e6)).toEqual([
      1_700_000_000_000, 1_700_000_001_500,
    ]);
  });

  test('and its entry last from begin to end, or as long as is said', async () => {
    const { audit } = audits.open({ tracer });
    audit.begin({ action: 'orders.load', startTime: undefined }).end({ durationMillis: 250 });
    const { entries } = await audit.page();
    expect(entries[1]).toMatchObject({ phase: 'ended', durationMillis: 250 });
    expect(Date.parse(entries[1]?.startTime ?? '')).toBeLessThanOrEqual(Date.parse(entries[0]?.time ?? ''));
  });

  test('is linked to that of the process before, which produced what it reads', async () => {
    const first = audits.open({ tracer });
    first.audit.record({ action: 'orders.load', outputs: [{ ...orders, version: '1' }] });
    first.audit.record({ action: 'orders.reload', outputs: [{ ...orders, version: '2' }] });
    await first.audit.close();
    const { audit } = audits.open({ directory: first.directory, tracer });
    const producer = spanOf('orders.reload').spanContext();
    await expect
      .poll(() => {
        audit.record({ action: 'orders.report', inputs: [orders] });
        return exporter
          .getFinishedSpans()
          .at(-1)
          ?.links.map(({ context }) => context.spanId);
      })
      .toEqual([producer.spanId]);
    audit.record({ action: 'orders.compare', inputs: [{ ...orders, version: '1' }] });
    const [link] = spanOf('orders.compare').links;
    expect(link?.context.spanId).toBe(spanOf('orders.load').spanContext().spanId);
  });

  test('is linked to what had produced its input when it began, as lineage has it', async () => {
    const { audit } = audits.open({ tracer });
    audit.record({ action: 'orders.first', outputs: [orders] });
    const report = audit.begin({
      action: 'orders.report',
      inputs: [orders],
      outputs: [{ ...orders, name: '/report' }],
    });
    audit.record({ action: 'orders.second', outputs: [orders] });
    report.end({ inputs: [{ ...orders, rows: 7 }] });
    const links = spanOf('orders.report').links.map(({ context }) => context.spanId);
    expect(links).toEqual([spanOf('orders.first').spanContext().spanId]);
    const { nodes } = (await buildLineage(audit.query())).ancestors({
      dataset: { ...orders, name: '/report' },
    });
    const actions = nodes.flatMap((node) => (node.kind === 'operation' ? [node.action] : []));
    expect(actions).toEqual(['orders.first', 'orders.report']);
  });

  test('is not linked to what the process before was denied to write', async () => {
    const first = audits.open({ tracer });
    first.audit.record({ action: 'orders.load', outputs: [orders] });
    first.audit.begin({ action: 'orders.forge', outputs: [orders] }).end({ outcome: 'denied' });
    await first.audit.close();
    const { audit } = audits.open({ directory: first.directory, tracer });
    await expect
      .poll(() => {
        audit.record({ action: 'orders.report', inputs: [orders] });
        return exporter
          .getFinishedSpans()
          .at(-1)
          ?.links.map(({ context }) => context.spanId);
      })
      .toEqual([spanOf('orders.load').spanContext().spanId]);
  });

  test.skipIf(process.platform !== 'linux')(
    'has its producers looked for no longer than the journal is open',
    async () => {
      const first = audits.open({ segmentBytes: 65_536 });
      for (let i = 0; i < 5_000; i++) first.audit.record({ action: 'orders.load', outputs: [orders] });
      await first.audit.close();
      const { audit, directory } = audits.open({ directory: first.directory, tracer });
      await expect.poll(() => openIn(directory), { interval: 1 }).not.toEqual([]);
      await audit.close();
      expect(openIn(directory)).toEqual([]);
    },
  );
});
