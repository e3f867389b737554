import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { MeterProvider } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import type { AuditOperation } from '../src/operation/operation.ts';
import { personal } from '../src/subjects/personal.ts';
import { crashCopy } from './journal/crash-copy.ts';
import { useAudits } from './opened-audits.ts';

const audits = useAudits();

/** All bytes of all files of a journal. */
function everythingIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

describe('an operation that is recorded', () => {
  test('is an entry at once, durable soon, and found by queries and pages', async () => {
    const { audit, entries } = audits.open();
    const first = audit.record({ action: 'orders.place', actor: 'user:1', target: 'order:1' });
    const second = audit.record({ action: 'orders.ship', actor: 'user:2', durationMillis: 5 });
    expect([first.index, second.index]).toEqual([0, 1]);
    expect((await entries()).map(({ hash }) => hash)).toEqual([first.hash, second.hash]);
    await second.durable;
    expect(audit.status()).toMatchObject({ state: 'open', size: 2, durable: 2, waitingBytes: 0 });
    expect(await entries({ actor: 'user:2' })).toMatchObject([{ index: 1, action: 'orders.ship' }]);
    const page = await audit.page({ limit: 1 });
    expect(page.entries).toMatchObject([{ index: 0 }]);
    expect(await audit.page({ limit: 1, cursor: page.next })).toMatchObject({ entries: [{ index: 1 }] });
    expect(await audit.verify()).toMatchObject({ ok: true, failures: [], size: 2 });
  });

  test('with a start and an end is two entries, of which the first is written when it returns', async () => {
    const { audit, directory, entries } = audits.open({ commitInterval: '1m' });
    audit.record({ action: 'journal.open' });
    const operation = audit.begin({ action: 'orders.place', actor: 'user:1' });
    expect(everythingIn(join(directory, 'segments'))).toContain('"phase":"started"');
    const end = operation.end({ outcome: 'failure', error: new TypeError('no') });
    expect(operation.end({ outcome: 'success' })).toBe(end);
    const [, started, ended] = await entries();
    expect(started).toMatchObject({ phase: 'started', actor: { id: 'user:1' } });
    expect(ended).toMatchObject({ phase: 'ended', started: 1, outcome: 'failure', actor: { id: 'user:1' } });
    expect(ended?.durationMillis).toBeGreaterThanOrEqual(0);
  });

  test('ends in the context in which it began', async () => {
    const { audit, entries } = audits.open();
    const without = audit.begin({ action: 'orders.place' });
    const within = audit.with({ actor: 'user:1' }, () => audit.begin({ action: 'orders.ship' }));
    audit.with({ actor: 'user:2', tenant: 'acme' }, () => {
      without.end();
      within.end();
    });
    const [, , first, second] = await entries();
    expect(first?.actor).toBeUndefined();
    expect(first?.correlation).toBeUndefined();
    expect(second?.actor).toEqual({ id: 'user:1' });
    expect(second?.correlation).toBeUndefined();
  });

  test('is redacted before anything is written', async () => {
    const { audit, directory, entries } = audits.open({
      redact: { paths: ['attributes.password'], patterns: ['email'] },
    });
    audit.record({
      action: 'users.change',
      reason: 'asked by ada@example.org',
      attributes: { password: 'hunter2', kept: 'yes' },
    });
    await audit.flush();
    expect((await entries())[0]).toMatchObject({
      reason: 'asked by [redacted]',
      attributes: { password: '[redacted]', kept: 'yes' },
    });
    await audit.close();
    expect(everythingIn(directory)).not.toMatch(/hunter2|ada@example/);
  });

  test('that records another while it is read comes after it, and no time goes back', async () => {
    const { audit, entries } = audits.open();
    const attributes = {
      get slow() {
        const until = Date.now() + 3;
        while (Date.now() < until);
        audit.record({ action: 'orders.look' });
        return 1;
      },
    };
    audit.record({ action: 'orders.place', attributes });
    const times = (await entries()).map(({ time }) => time);
    expect(times).toHaveLength(2);
    expect([...times].sort()).toEqual(times);
    expect(await audit.verify()).toMatchObject({ ok: true, failures: [] });
  });

  test.for([
    { action: 'a b' },
    { action: 'orders.place', durationMillis: 5n },
    { action: 'orders.place', durationMillis: Symbol('5') },
    null,
    'orders.place',
    Object.defineProperty({}, 'action', {
      get: () => {
        throw new RangeError('hostile');
      },
    }),
  ] as unknown as AuditOperation[])(
    'is refused when it cannot be an entry, and nothing else happens',
    async (operation) => {
      const tracer = {
        startSpan: () => {
          throw new Error('no spans');
        },
      };
      const { audit } = audits.open({ tracer: tracer as never });
      expect(() => audit.record(operation)).toThrow(
        expect.objectContaining({ code: 'INSTRUMENT_AUDIT_REFUSED' }),
      );
      expect(() => audit.begin(operation)).toThrow(
        expect.objectContaining({ code: 'INSTRUMENT_AUDIT_REFUSED' }),
      );
      audit.record({ action: 'orders.place' });
      expect(await audit.verify()).toMatchObject({ ok: true, size: 1 });
    },
  );
});

describe('values of a person', () => {
  test('are readable until the person is erased, which is on record, and changes no proof', async () => {
    const { audit, directory, entries, seen } = audits.open();
    audit.record({ action: 'users.change', actor: personal('u1', 'ada@example.org') });
    audit.record({ action: 'users.change', actor: personal('u2', 'bob@example.org') });
    const { note } = await audit.checkpoint();
    expect((await entries()).map(({ actor }) => actor?.id)).toEqual(['ada@example.org', 'bob@example.org']);
    const before = (await entries()).map(({ hash }) => hash);

    expect(await audit.erase('u1')).toBe(true);
    expect(await audit.erase('u1')).toBe(false);
    const after = await entries();
    const pseudonym = seen('audit.erased')[0]?.pseudonym;
    expect(after[0]?.actor?.id).toMatchObject({ subject: pseudonym });
    expect(after[1]?.actor?.id).toBe('bob@example.org');
    expect(after[2]).toMatchObject({ action: 'audit.subject.erased', attributes: { pseudonym } });
    expect(after.slice(0, 2).map(({ hash }) => hash)).toEqual(before);
    expect(audit.status().durable).toBe(3);
    expect(await audit.verify({ checkpoints: [note] })).toMatchObject({ ok: true, failures: [] });
    await audit.close();
    expect(everythingIn(directory)).not.toMatch(/ada@example|bob@example/);

    const again = audits.open({ directory });
    expect((await again.entries()).map(({ actor }) => actor?.id)[1]).toBe('bob@example.org');
    expect(await again.audit.erase('u1')).toBe(false);
  });

  test('are erased to the end before the directory is given back', async () => {
    const { audit, directory } = audits.open();
    for (let i = 0; i < 200; i++) audit.record({ action: 'users.change', actor: personal(`u${i}`, 'x') });
    const erased = audit.erase('u7');
    await audit.close();
    expect(await erased).toBe(true);
    const again = audits.open({ directory });
    const all = await again.entries({ action: 'audit.subject.erased' });
    expect(all).toHaveLength(1);
    expect(await again.audit.erase('u7')).toBe(false);
    expect(await again.audit.erase('u8')).toBe(true);
  });
});

describe('a checkpoint', () => {
  test('covers what is there, is published, and is not signed twice', async () => {
    const { audit, directory, seen } = audits.open();
    audit.record({ action: 'orders.place' });
    const [one, same] = await Promise.all([audit.checkpoint(), audit.checkpoint()]);
    expect(one).toMatchObject({ size: 1, origin: audit.status().origin });
    expect(same).toEqual(one);
    audit.record({ action: 'orders.place' });
    expect(await audit.checkpoint()).toMatchObject({ size: 2 });
    expect(audit.status().checkpointed).toBe(2);
    expect(seen('audit.checkpoint').map(({ size, note }) => [size, note])).toEqual([
      [1, one.note],
      [2, expect.stringContaining('\n2\n')],
    ]);
    expect(readFileSync(join(directory, 'checkpoints'), 'utf8')).toContain(one.note);
  });

  test('is signed by itself, at an interval', async () => {
    const { audit, events } = audits.open({ checkpointInterval: 5 });
    const signed = new Promise((resolve) => events.on('audit.checkpoint', resolve));
    audit.record({ action: 'orders.place' });
    expect(await signed).toMatchObject({ size: 1 });
  });

  test('is made, and a flush ends, however much is recorded meanwhile', async () => {
    const { audit } = audits.open();
    let isOver = false;
    const load = (async () => {
      // In each turn of the event loop there is something that is not on disk.
      for (let turn = 0; !isOver && turn < 20_000; turn++) {
        audit.record({ action: 'orders.place' });
        await new Promise(setImmediate);
      }
      return isOver;
    })();
    const { size } = await audit.checkpoint();
    await audit.flush();
    expect(audit.status().size).toBeGreaterThan(size);
    isOver = true;
    expect(await load).toBe(true);
  });

  test('is signed while the journal is closed without coming into another one’s way', async () => {
    for (let round = 0; round < 20; round++) {
      const { audit, directory } = audits.open();
      audit.record({ action: 'orders.place' });
      const signed = audit.checkpoint();
      if (round % 2 === 1) await audit.flush();
      audit.record({ action: 'orders.ship' });
      await Promise.all([audit.close(), signed]);
      const again = audits.open({ directory });
      expect(await again.audit.verify()).toMatchObject({ ok: true, failures: [], checkpointed: 2 });
      await again.audit.close();
    }
  });
});

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

describe('a directory', () => {
  test('is made for the user alone, and its files are', async () => {
    const { audit, directory } = audits.open({ segmentBytes: 4_096 });
    audit.record({ action: 'orders.place', actor: personal('u1', 'ada') });
    await audit.checkpoint();
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      expect(mode.toString(8)).toBe(entry.isDirectory() ? '700' : '600');
    }
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('belongs to one journal at a time, by whatever path', async () => {
    const { audit, directory } = audits.open();
    const locked = expect.objectContaining({ code: 'INSTRUMENT_AUDIT_LOCKED' });
    const link = audits.directory();
    symlinkSync(directory, link);
    expect(() => audits.open({ directory })).toThrow(locked);
    expect(() => audits.open({ directory: relative('.', directory) })).toThrow(locked);
    expect(() => audits.open({ directory: link })).toThrow(locked);
    await audit.close();
    expect(audits.open({ directory: link }).audit.record({ action: 'orders.place' }).index).toBe(0);
  });

  test('may be relative, and stays where it is when the process goes elsewhere', async () => {
    const absolute = audits.directory();
    const { audit } = audits.open({ directory: relative('.', absolute) });
    expect(audit.status().directory).toBe(absolute);
  });

  test('may be one of many: the process has one listener for all', () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    const before = process.listenerCount('exit');
    for (let i = 0; i < 15; i++) audits.open();
    expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });
});

describe('metrics', () => {
  test('say what became of operations, and how the journal is', async () => {
    const meterProvider = new MeterProvider({});
    const { audit } = audits.open({ meterProvider, origin: 'example.org/m' });
    audit.record({ action: 'orders.place' });
    audit.record({ action: 'orders.place' });
    expect(() => audit.record({ action: '' })).toThrow();
    await audit.flush();
    const values = () =>
      meterProvider
        .snapshot()
        .filter(
          ({ name, attributes }) => /^audit\./.test(name) && attributes['audit.journal'] === 'example.org/m',
        )
        .map(({ name, attributes: { 'audit.result': result, 'audit.state': state }, value, count }) =>
          [name, result, state, name.endsWith('duration') ? (count ?? 0) > 0 : value]
            .filter((part) => part !== undefined)
            .join(' '),
        )
        .sort();
    expect(values()).toEqual([
      'audit.entries recorded 2',
      'audit.entries refused 1',
      'audit.journal.size 2',
      'audit.journal.state full 0',
      'audit.journal.state open 1',
      'audit.journal.state waiting 0',
      'audit.journal.sync.duration true',
      'audit.journal.uncovered 2',
      'audit.journal.waiting 0',
    ]);
  });
});
