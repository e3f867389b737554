import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { personal } from '../src/subjects/personal.ts';
import { everythingIn } from './everything-in.ts';
import { crashCopy } from './journal/crash-copy.ts';
import { useAudits } from './opened-audits.ts';

const audits = useAudits();

describe('a journal that is closed', () => {
  test('is sealed and signed, and can be opened again at once', async () => {
    const { audit, directory, seen } = audits.open();
    audit.record({ action: 'orders.place' });
    const closed = audit.close();
    expect(audit.close()).toBe(closed);
    await closed;
    expect(seen('audit.state').map(({ from, to }) => [from, to])).toEqual([['open', 'closed']]);
    expect(audit.status()).toMatchObject({ state: 'closed', size: 1, durable: 1, checkpointed: 1 });
    const again = audits.open({ directory });
    expect(again.seen('audit.recovered')).toEqual([]);
    expect(again.audit.record({ action: 'orders.place' }).index).toBe(1);
  });

  test('takes nothing any more, and can still be read', async () => {
    const { audit, entries } = audits.open();
    audit.record({ action: 'orders.place', actor: personal('u1', 'ada') });
    const operation = audit.begin({ action: 'orders.ship' });
    await audit.close();
    const late = audit.record({ action: 'orders.place' });
    expect(late.index).toBeUndefined();
    await expect(late.durable).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
    expect(operation.end().index).toBeUndefined();
    expect(audit.status().shed).toBe(2);
    await expect(audit.erase('u1')).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
    expect(await audit.checkpoint()).toMatchObject({ size: 2 });
    await audit.flush();
    expect(await entries()).toHaveLength(2);
    expect(await audit.verify()).toMatchObject({ ok: true, size: 2 });
  });

  test('throws for what comes later, where that is asked for', async () => {
    const { audit } = audits.open({ whenFull: 'fail' });
    await audit.close();
    expect(() => audit.record({ action: 'orders.place' })).toThrow(
      expect.objectContaining({
        code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
        message: expect.stringContaining('closed'),
      }),
    );
  });
});

describe('a journal of a process that was too busy to hear the disk', () => {
  test('is closed with every entry on disk, and nothing is said of the disk', async () => {
    const { audit, entries, seen } = audits.open();
    audit.record({ action: 'orders.place' });
    // The sync of it is under way.
    await turn();
    await turn();
    const rows = Array.from({ length: 100 }, (_, n) => audit.record({ action: 'rows', attributes: { n } }));
    const flushed = audit.flush();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);
    audit.begin({ action: 'orders.ship' });
    await audit.close();
    await flushed;
    await Promise.all(rows.map(({ durable }) => durable));
    expect(await entries()).toHaveLength(102);
    expect(seen('audit.state').map(({ to }) => to)).toEqual(['closed']);
  });
});

describe('a journal whose directory somebody else has taken over', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('writes nothing any more, and says so', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { audit, directory, seen } = audits.open();
    await audit.record({ action: 'orders.place' }).durable;
    const owner = { pid: 1, host: 'elsewhere.example.org', thread: 0, token: 'other', since: '2026-01-01' };
    writeFileSync(join(directory, 'lock'), JSON.stringify(owner));
    const entry = audit.record({ action: 'orders.place' });
    const before = everythingIn(join(directory, 'segments'));
    vi.advanceTimersByTime(10_000);
    expect(audit.status()).toMatchObject({ state: 'closed', reason: expect.stringContaining('taken') });
    await expect(entry.durable).rejects.toThrow('another process has taken the directory over');
    await audit.close();
    expect(everythingIn(join(directory, 'segments'))).toBe(before);
    expect(seen('audit.state')).toMatchObject([{ from: 'open', to: 'closed' }]);
    expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).toEqual(owner);
  });
});

describe('operations that were interrupted', () => {
  test('have ended as unknown when the journal is opened again, and that is told', async () => {
    const { audit, directory } = audits.open({ segmentBytes: 4_096 });
    const first = audit.begin({
      action: 'orders.place',
      actor: personal('u1', 'ada'),
      attributes: { secret: 1 },
    });
    for (let i = 0; i < 40; i++) audit.record({ action: 'orders.look' });
    const second = audit.begin({ action: 'orders.ship', inputs: [{ namespace: 'file', name: '/in' }] });
    const third = audit.begin({ action: 'orders.bill' });
    third.end();
    await audit.flush();
    const size = audit.status().size;

    const again = audits.open({ directory: crashCopy(directory, audits.directory()) });
    const interrupted = [first.entry.index, second.entry.index];
    expect(again.seen('audit.recovered')).toMatchObject([{ size, tornBytes: 0, interrupted }]);
    const told = (await again.entries()).slice(size);
    expect(told).toMatchObject([
      { action: 'audit.journal.recovered', attributes: { entries: size, interrupted: 2, tornBytes: 0 } },
      {
        action: 'orders.place',
        phase: 'ended',
        started: first.entry.index,
        outcome: 'unknown',
        actor: { id: 'ada' },
      },
      {
        action: 'orders.ship',
        phase: 'ended',
        started: second.entry.index,
        outcome: 'unknown',
        inputs: [{ name: '/in' }],
      },
    ]);
    expect(told[1]?.attributes).toBeUndefined();
    expect(await again.audit.verify()).toMatchObject({ ok: true, failures: [] });
    await again.audit.close();
    // It is told once.
    expect(audits.open({ directory: again.directory }).seen('audit.recovered')).toEqual([]);
  });

  test('have ended even when their starts are more than is allowed by now', async () => {
    const { audit, directory } = audits.open();
    const inputs = Array.from({ length: 400 }, (_, n) => ({ namespace: 'file', name: `/in/${n}` }));
    const target = { id: 'x'.repeat(5_000), type: 'y'.repeat(60) };
    const { entry } = audit.begin({ action: 'orders.place', inputs, target, reason: 'z'.repeat(8_000) });
    await entry.durable;
    const path = join(crashCopy(directory, audits.directory()), 'segments', '0000000000000000.jsonl');
    const damaged = audits.open({ directory: join(path, '../..'), maxEntryBytes: 2_048, maxTextLength: 64 });
    expect((await damaged.entries()).at(-1)).toMatchObject({
      phase: 'ended',
      started: 0,
      outcome: 'unknown',
    });
    expect(await damaged.audit.verify()).toMatchObject({ failures: [] });
  });

  test('have ended even when their starts were damaged', async () => {
    const { audit, directory } = audits.open({ segmentBytes: 4_096 });
    audit.begin({ action: 'orders.place' });
    for (let i = 0; i < 40; i++) audit.record({ action: 'orders.look' });
    await audit.flush();
    const copy = crashCopy(directory, audits.directory());
    const path = join(copy, 'segments', '0000000000000000.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('orders.place', 'orders place'));
    const again = audits.open({ directory: copy });
    expect((await again.entries({ outcome: 'unknown' })).at(-1)).toMatchObject({
      action: 'audit.operation',
      started: 0,
    });
    expect(await again.audit.verify()).toMatchObject({ failures: [{ index: 0 }] });
  });

  test('leave nothing behind when they cannot be read', async () => {
    const { audit, directory } = audits.open({ segmentBytes: 4_096 });
    audit.begin({ action: 'orders.place' });
    for (let i = 0; i < 40; i++) audit.record({ action: 'orders.look' });
    await audit.flush();
    const copy = crashCopy(directory, audits.directory());
    const segment = join(copy, 'segments', '0000000000000000.jsonl');
    renameSync(segment, `${segment}.aside`);
    mkdirSync(segment);
    const listeners = process.listenerCount('exit');
    expect(() => audits.open({ directory: copy })).toThrow(
      expect.objectContaining({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' }),
    );
    expect(process.listenerCount('exit')).toBe(listeners);
    expect(readdirSync(copy)).not.toContain('lock');
    rmSync(segment, { recursive: true });
    renameSync(`${segment}.aside`, segment);
    expect(await audits.open({ directory: copy }).audit.verify()).toMatchObject({ failures: [] });
  });
});
