import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { describe, expect, test } from 'vitest';
import type { AuditOptions } from '../src/options.ts';
import { type OpenedAudit, useAudits } from './opened-audits.ts';

const audits = useAudits();
const WAIT = { timeout: 20_000, interval: 20 };

interface Away extends OpenedAudit {
  /** Gives the journal its disk back. */
  mend(): void;
}

/** A journal whose directory of segments is away, so that the disk takes nothing. */
function openAway(options: Partial<AuditOptions> = {}): Away {
  const opened = audits.open({ maxWaitingBytes: 4_096, ...options });
  const segments = join(opened.directory, 'segments');
  renameSync(segments, `${segments}.away`);
  return {
    ...opened,
    mend: () => renameSync(`${segments}.away`, segments),
  };
}

describe('while the disk takes nothing', () => {
  test('entries wait, which is told, and become durable once it does', async () => {
    const { audit, seen, mend } = openAway();
    const entry = audit.record({ action: 'orders.place' });
    audit.begin({ action: 'orders.ship' });
    await expect(audit.flush()).rejects.toThrow(/2 entries are not on disk: .*ENOENT/);
    await expect(audit.checkpoint()).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
    expect(audit.status()).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('ENOENT'),
      size: 2,
      durable: 0,
    });
    mend();
    await entry.durable;
    expect(audit.status()).toMatchObject({ state: 'open', reason: undefined, durable: 2, waitingBytes: 0 });
    expect(seen('audit.state')).toMatchObject([
      { from: 'open', to: 'waiting', waitingEntries: 2, reason: expect.stringContaining('ENOENT') },
      { from: 'waiting', to: 'open', waitingEntries: 0 },
    ]);
    expect(await audit.verify()).toMatchObject({ ok: true, size: 2 });
  });

  test('entries without room are shed, counted, and told first thing afterwards', async () => {
    const { audit, seen, entries, mend } = openAway();
    const all = Array.from({ length: 100 }, () => audit.record({ action: 'orders.place' }));
    const shed = all.filter(({ index }) => index === undefined);
    expect(shed.length).toBeGreaterThan(50);
    await expect(shed[0]?.durable).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
    expect(audit.status()).toMatchObject({ state: 'full', shed: shed.length });
    expect(audit.status().waitingBytes).toBeLessThanOrEqual(4_096 + 512);
    expect(seen('audit.state').map(({ to }) => to)).toEqual(['waiting', 'full']);
    mend();
    await expect.poll(() => audit.status().state, WAIT).toBe('open');
    audit.record({ action: 'orders.place' });
    const told = (await entries()).slice(100 - shed.length);
    expect(told).toMatchObject([
      { action: 'audit.entries.shed', attributes: { entries: shed.length } },
      { action: 'orders.place' },
    ]);
    expect(await audit.verify()).toMatchObject({ ok: true });
  });

  test('what was shed is told when the journal is closed, if the disk is back by then', async () => {
    const { audit, directory, mend } = openAway();
    for (let i = 0; i < 100; i++) audit.record({ action: 'orders.place' });
    const { shed } = audit.status();
    mend();
    await audit.close();
    const again = audits.open({ directory });
    expect(await again.entries({ action: 'audit.entries.shed' })).toMatchObject([
      { attributes: { entries: shed } },
    ]);
    expect(await again.audit.verify()).toMatchObject({ ok: true, failures: [] });
  });

  test('recording fails, where that is asked for, and goes on when it does', async () => {
    const { audit, mend } = openAway({ whenFull: 'fail' });
    const fill = (): void => {
      for (let i = 0; i < 100; i++) audit.record({ action: 'orders.place' });
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' }));
    mend();
    await expect.poll(() => audit.status().state, WAIT).toBe('open');
    expect(fill).not.toThrow();
    expect(await audit.verify()).toMatchObject({ ok: true });
  });

  test('recording waits for it, where that is asked for, and once in vain for all', async () => {
    const { audit, mend } = openAway({ whenFull: 'block', blockTimeout: 50 });
    const place = (): boolean => {
      try {
        return audit.record({ action: 'orders.place' }).index !== undefined;
      } catch {
        return false;
      }
    };
    const results = Array.from({ length: 1_000 }, place);
    expect(results.indexOf(false)).toBeGreaterThan(5);
    expect(results.lastIndexOf(true)).toBeLessThan(results.indexOf(false));
    mend();
    await expect.poll(() => audit.status().state, WAIT).toBe('open');
    expect(place()).toBe(true);
    // Nothing is told of what was not done.
    expect(await audit.verify()).toMatchObject({ ok: true, size: results.indexOf(false) + 1 });
  });

  test('what waits is lost when the journal is closed, and says so', async () => {
    const { audit, directory, mend } = openAway();
    const entry = audit.record({ action: 'orders.place' });
    await audit.close();
    await expect(entry.durable).rejects.toThrow(/closed before it was on disk: .*ENOENT/);
    mend();
    const again = audits.open({ directory });
    expect(await again.entries()).toMatchObject([
      { action: 'audit.journal.recovered', attributes: { entries: 0 } },
    ]);
  });

  test('small segments that wait take no more memory than large ones', () => {
    const { audit } = openAway({ segmentBytes: 4_096, maxWaitingBytes: 8 * 1024 * 1024 });
    const before = process.memoryUsage().arrayBuffers;
    while (audit.status().state !== 'full') {
      audit.record({ action: 'orders.place', attributes: { text: 'x'.repeat(1_000) } });
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('spans', () => {
  test('tell of what was shed, too, and of nothing that was refused', () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const { audit } = openAway({ tracer: provider.getTracer('audit') });
    const all = Array.from({ length: 100 }, () =>
      audit.record({ action: 'orders.place', durationMillis: 50 }),
    );
    expect(() => audit.record({ action: 'orders.place', durationMillis: -1 })).toThrow();
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ attributes }) => attributes['audit.entry.index'])).toEqual(
      all.map(({ index }) => index),
    );
    for (const { startTime, endTime } of spans) {
      expect((endTime[0] - startTime[0]) * 1_000 + (endTime[1] - startTime[1]) / 1e6).toBeGreaterThanOrEqual(
        50,
      );
    }
  });
});

describe('a segment that is removed while it is written', () => {
  test('is told, and nothing that goes into it is called durable', async () => {
    const { audit, directory } = audits.open();
    await audit.record({ action: 'orders.place' }).durable;
    const segments = join(directory, 'segments');
    renameSync(segments, `${segments}.away`);
    await audit.record({ action: 'orders.place' }).durable;
    renameSync(`${segments}.away`, segments);

    rmSync(segments, { recursive: true });
    mkdirSync(segments);
    const entry = audit.record({ action: 'orders.place' });
    await expect(audit.flush()).rejects.toThrow('was removed while it was being written');
    expect(audit.status()).toMatchObject({ state: 'waiting', size: 3, durable: 2 });
    await audit.close();
    await expect(entry.durable).rejects.toThrow('was removed');
  });
});
