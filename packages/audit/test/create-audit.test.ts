import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { MeterProvider } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import type { AuditOperation } from '../src/operation/operation.ts';
import { personal } from '../src/subjects/personal.ts';
import { everythingIn } from './everything-in.ts';
import { useAudits } from './opened-audits.ts';
import { putPipe } from './put-pipe.ts';

const audits = useAudits();

describe.skipIf(process.platform === 'win32')('a pipe that nobody writes to keeps nobody waiting', () => {
  test.each(['key.pub', 'signing.key', 'checkpoints'])('in the place of %s', async (name) => {
    const { audit, directory } = audits.open();
    audit.record({ action: 'orders.place' });
    await audit.close();
    const path = join(directory, name);
    putPipe(path);
    expect(() => audits.open({ directory })).toThrow(`${path} is no regular file`);
  });

  test('as the key to sign with', () => {
    const directory = audits.directory();
    mkdirSync(directory, { recursive: true });
    const signingKey = join(directory, 'pipe');
    putPipe(signingKey);
    expect(() => audits.open({ directory, signingKey })).toThrow(`${signingKey} is no regular file`);
  });

  test('in the place of the lock, which it is not', async () => {
    const { audit, directory } = audits.open();
    await audit.close();
    putPipe(join(directory, 'lock'));
    const again = audits.open({ directory });
    expect(again.audit.status().state).toBe('open');
    await again.audit.close();
    expect(existsSync(join(directory, 'lock'))).toBe(false);
  });
});

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

describe('a directory', () => {
  test.runIf(process.platform === 'linux')('that cannot be made is refused at once, with the reason', () => {
    for (const directory of ['/proc/nowhere/journal', '/proc/version/journal']) {
      expect(() => audits.open({ directory })).toThrow(
        expect.objectContaining({
          code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
          message: expect.stringMatching(/ENOENT|ENOTDIR/),
        }),
      );
    }
  });

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
