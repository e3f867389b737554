import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLedger } from '../../src/ledger/index.ts';
import { openSqlite } from '../../src/ledger/sqlite/driver.ts';
import { useChildren } from './child.ts';
import { claimOf } from './conformance/claim-of.ts';
import { describeLedger } from './conformance.ts';
import { DRIVERS, prepareSqlite } from './sqlite-bed.ts';

for (const driver of DRIVERS) {
  describeLedger(driver, () => prepareSqlite(driver));

  describe(`a file of ${driver}`, () => {
    const start = useChildren();
    let bed: Awaited<ReturnType<typeof prepareSqlite>>;
    beforeEach(async () => {
      bed = await prepareSqlite(driver);
    });
    afterEach(() => bed.end());

    it('is the private affair of the user, with its directory and its log', async () => {
      const ledger = await bed.open();
      await ledger.complete('a');
      for (const file of [bed.path, `${bed.path}-wal`, `${bed.path}-shm`])
        expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(bed.path)).mode & 0o777).toBe(0o700);
    });

    it('keeps a write-ahead log', async () => {
      await bed.open();
      const database = openSqlite(bed.path, driver);
      expect(database.prepare('PRAGMA journal_mode').all()).toMatchObject([{ journal_mode: 'wal' }]);
      database.close();
    });

    it('of another program, or of a later version, is refused and left as it is', async () => {
      const refused = { code: 'INSTRUMENT_AUDIT_REFUSED' };
      const path = join(dirname(dirname(bed.path)), 'other.db');
      const other = openSqlite(path, driver);
      other.exec('CREATE TABLE orders (id INTEGER)');
      await expect(openLedger({ path, driver })).rejects.toMatchObject(refused);
      expect(other.prepare('SELECT name FROM sqlite_schema').all()).toMatchObject([{ name: 'orders' }]);
      other.close();
      await bed.open();
      const later = openSqlite(bed.path, driver);
      later.exec('PRAGMA user_version = 99');
      later.close();
      await expect(openLedger({ path: bed.path, driver })).rejects.toMatchObject(refused);
    });

    it('that is no database, or cannot be made, is told so', async () => {
      const unavailable = { code: 'INSTRUMENT_AUDIT_UNAVAILABLE' };
      const path = join(dirname(dirname(bed.path)), 'text.db');
      writeFileSync(path, 'x'.repeat(8_192));
      await expect(openLedger({ path, driver })).rejects.toMatchObject(unavailable);
      await expect(openLedger({ path: join(path, 'ledger.db'), driver })).rejects.toMatchObject(unavailable);
      await expect(openLedger({ path: dirname(path), driver })).rejects.toMatchObject(unavailable);
    });

    it('that is kept locked longer than a call waits ends what was taken all the same', async () => {
      const ledger = await bed.open({ busyTimeout: 50, retryDelay: 0 } as never);
      const other = openSqlite(bed.path, driver);
      let isLocked = false;
      const taken = ledger.take('a', async () => {
        other.exec('BEGIN IMMEDIATE');
        isLocked = true;
        return { rows: 1 };
      });
      await expect.poll(() => isLocked).toBe(true);
      await expect(ledger.begin('b')).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
      other.exec('COMMIT');
      expect(await taken).toMatchObject({ status: 'taken', entry: { rows: 1, attempts: 1 } });
      const locked = async (): Promise<void> => {
        other.exec('BEGIN IMMEDIATE');
        stop.abort();
      };
      const stop = new AbortController();
      await expect(ledger.take('b', locked, { signal: stop.signal })).rejects.toMatchObject({
        code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
      });
      other.exec('COMMIT');
      const closing = async (): Promise<void> => {
        await ledger.close();
      };
      await expect(ledger.take('c', closing)).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
      other.close();
    });

    it('that another process keeps locked is waited for, and the event loop goes on', async () => {
      const ledger = await bed.open({ busyTimeout: '20s' } as never);
      const hasty = await bed.open({ busyTimeout: 50 } as never);
      const other = openSqlite(bed.path, driver);
      other.exec('BEGIN IMMEDIATE');
      await expect(hasty.begin('a')).rejects.toMatchObject({
        code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
        message: expect.stringContaining('locked'),
      });
      // Readers do not wait.
      expect(await ledger.seen('a')).toBe(false);
      const begun = ledger.begin('a');
      let turns = 0;
      const turn = setInterval(() => turns++, 1);
      await expect.poll(() => turns).toBeGreaterThan(20);
      clearInterval(turn);
      other.exec('COMMIT');
      other.close();
      expect(await begun).toMatchObject({ status: 'claimed' });
    });

    it('lets the event loop turn while one call follows the other, so that leases are renewed', async () => {
      const ledger = await bed.open({ leaseDuration: 200 });
      await claimOf(ledger.begin('held'));
      const untilRenewed = async (): Promise<boolean> => {
        const first = (await ledger.get('held'))?.leaseExpiresAt?.getTime();
        for (let call = 0; call < 100_000; call++) {
          if ((await ledger.get('held'))?.leaseExpiresAt?.getTime() !== first) return true;
        }
        return false;
      };
      expect(await untilRenewed()).toBe(true);
    });

    it('lets the event loop turn while many calls are made at once, and answers in their order', async () => {
      const ledger = await bed.open();
      let turns = 0;
      const turn = setInterval(() => turns++, 1);
      const answered: number[] = [];
      const calls = Array.from({ length: 5_000 }, async (_, i) => {
        await ledger.get('a');
        answered.push(i);
      });
      await Promise.all(calls);
      clearInterval(turn);
      expect(turns).toBeGreaterThan(2);
      expect(answered).toEqual(calls.map((_, i) => i));
    });

    it('answers though a test of the application has stopped the clock', async () => {
      const ledger = await bed.open();
      vi.useFakeTimers();
      try {
        for (let call = 0; call < 5_000; call++) await ledger.get('a');
      } finally {
        vi.useRealTimers();
      }
    });

    it('is made by one of many processes that start at once', async () => {
      const children = await Promise.all(Array.from({ length: 5 }, () => start('open', bed.options)));
      expect(await Promise.all(children.map((child) => child.end))).toEqual([0, 0, 0, 0, 0]);
      expect(children.map(({ lines }) => lines)).toEqual(Array(5).fill(['opened']));
    });

    it('may be opened by the application, and stays open', async () => {
      const database = openSqlite(':memory:', driver);
      const first = await openLedger({ database });
      await first.complete('a');
      await first.close();
      const second = await openLedger({ database });
      expect(await second.seen('a')).toBe(true);
      await second.close();
      expect(database.prepare('SELECT key FROM ledger').all()).toMatchObject([{ key: 'a' }]);
      database.close();
    });

    it('has the time of the clock that is given', async () => {
      let now = Date.UTC(2030, 0, 1);
      const ledger = await openLedger({ path: ':memory:', driver, clock: () => now, heartbeat: false });
      const claim = await claimOf(ledger.begin('a', { leaseDuration: '1m' }));
      expect(claim.startedAt).toEqual(new Date('2030-01-01T00:00:00.000Z'));
      now += 59_999;
      expect(await ledger.begin('a')).toMatchObject({ status: 'running' });
      now += 1;
      expect(await ledger.begin('a')).toMatchObject({ status: 'claimed', claim: { attempt: 2 } });
      await ledger.close();
    });

    it('that cannot be written any more makes calls reject, and they succeed once it can', async () => {
      const ledger = await bed.open();
      const claim = await claimOf(ledger.begin('a'));
      const other = openSqlite(bed.path, driver);
      other.exec(
        `CREATE TRIGGER full BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'disk is full'); END`,
      );
      await expect(ledger.complete(claim)).rejects.toMatchObject({
        code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
        message: expect.stringContaining('disk is full'),
      });
      expect(claim.signal.aborted).toBe(false);
      other.exec('DROP TRIGGER full');
      other.close();
      expect(await ledger.complete(claim)).toMatchObject({ state: 'completed' });
    });
  });
}

describe('openLedger', () => {
  const start = useChildren();

  it('says all that is wrong with its options', async () => {
    const problems = async (options: unknown): Promise<string[]> => {
      const error = await openLedger(options as never).then(String, (thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'INSTRUMENT_INVALID_ARGUMENT' });
      return (error as { problems: { path: string }[] }).problems.map(({ path }) => path).sort();
    };
    expect(await problems(undefined)).toEqual(['path']);
    expect(await problems({})).toEqual(['path']);
    expect(
      await problems({
        ...{ path: '', driver: 'sqlite', leaseDuration: 0, maxAttempts: 0, retryDelay: 'soon', heartbeat: 1 },
        ...{ synchronous: 'off', clock: 5, lease: 1, meterProvider: {} },
      }),
    ).toEqual(
      ['clock', 'driver', 'heartbeat', 'lease', 'leaseDuration', 'maxAttempts', 'meterProvider', 'path']
        .concat(['retryDelay', 'synchronous'])
        .sort(),
    );
    expect(await problems({ path: 'a', database: {} })).toEqual(['database', 'database']);
    const postgres = 'postgres://user:secret@127.0.0.1/x';
    expect(await problems({ postgres, path: 'x', table: 'x'.repeat(56), schema: '' })).toEqual([
      ...['path', 'schema', 'table'],
    ]);
    const error = await openLedger({ postgres: { url: 'secret' } } as never).catch(String);
    expect(error).not.toContain('secret');
  });

  it('says what to install where there is no driver', async () => {
    const nowhere = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-ledger-')));
    try {
      for (const [options, name] of [
        [{ path: join(nowhere, 'a.db'), driver: 'better-sqlite3' }, 'better-sqlite3@^12'],
        [{ postgres: 'postgres://127.0.0.1:1/x' }, 'pg@^8'],
      ] as const) {
        const child = await start('open', options, nowhere);
        expect(await child.end).toBe(0);
        expect(child.lines[0]).toContain('INSTRUMENT_DEPENDENCY_MISSING');
        expect(child.lines[0]).toContain(`npm install ${name}`);
      }
    } finally {
      rmSync(nowhere, { recursive: true, force: true });
    }
  });
});
