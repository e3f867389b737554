import { MeterProvider } from '@org/instrument-core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Claim, type Ledger, openLedger, type SqliteDatabase } from '../../src/ledger/index.ts';
import { openSqlite } from '../../src/ledger/sqlite/driver.ts';
import { claimOf } from './conformance/claim-of.ts';
import { countsOf } from './conformance/counts-of.ts';

it('counts what the ledger says, and how claims end', async () => {
  const meterProvider = new MeterProvider({});
  const ledger = await openLedger({ path: ':memory:', meterProvider, heartbeat: false, maxAttempts: 2 });
  await ledger.complete(await claimOf(ledger.begin('a')), { rows: 1 });
  await ledger.begin('a');
  await ledger.fail(await claimOf(ledger.begin('b')), new Error('no'), { retryAfter: 0 });
  await ledger.fail(await claimOf(ledger.begin('b')), new Error('no'));
  await ledger.begin('b');
  const claim = await claimOf(ledger.begin('c'));
  await ledger.begin('c');
  await ledger.release(claim);
  await expect(ledger.complete(claim)).rejects.toThrow();
  await ledger.close();
  expect(countsOf(meterProvider)).toEqual([
    'begins claimed 4',
    'begins completed 1',
    'begins dead 1',
    'begins running 1',
    'ends completed 1',
    'ends dead 1',
    'ends failed 1',
    'ends released 1',
    'ends stale 1',
  ]);
});

describe('an end whose answer is lost', () => {
  const UNAVAILABLE = { code: 'INSTRUMENT_AUDIT_UNAVAILABLE' };
  const REFUSED = { code: 'INSTRUMENT_AUDIT_REFUSED' };
  const meters = { provider: new MeterProvider({}) };
  const ends = () => countsOf(meters.provider).filter((count) => count.startsWith('ends'));
  /** What becomes of the next change: it fails, or it is made and nobody hears of it. */
  let fate: 'fails' | 'is lost' | undefined;
  let ledger: Ledger;

  beforeEach(async () => {
    fate = undefined;
    meters.provider = new MeterProvider({});
    const own = openSqlite(':memory:', undefined);
    const database: SqliteDatabase = {
      exec: (sql) => own.exec(sql),
      close: () => own.close(),
      prepare(sql) {
        const statement = own.prepare(sql);
        return {
          all(...parameters) {
            const next = sql.includes('UPDATE') ? fate : undefined;
            if (next !== undefined) fate = undefined;
            if (next === 'fails') throw new Error('the disk is full');
            const rows = statement.all(...parameters);
            if (next === 'is lost') throw new Error('the connection is lost');
            return rows;
          },
        };
      },
    };
    ledger = await openLedger({ database, leaseDuration: '1h', meterProvider: meters.provider });
    onTestFinished(async () => {
      await ledger.close();
      own.close();
    });
  });

  it('is counted when the call is repeated, once', async () => {
    const calls: readonly (readonly [string, (claim: Claim) => Promise<unknown>])[] = [
      ['completed', (claim) => ledger.complete(claim)],
      ['dead', (claim) => ledger.fail(claim, new Error('no'), { retryable: false })],
      ['failed', (claim) => ledger.fail(claim, new Error('no'))],
      ['released', (claim) => ledger.release(claim)],
    ];
    for (const [i, [, call]] of calls.entries()) {
      const claim = await claimOf(ledger.begin(`key-${i}`));
      for (const what of ['fails', 'is lost'] as const) {
        fate = what;
        await expect(call(claim)).rejects.toMatchObject(UNAVAILABLE);
        expect(ends()).toEqual(calls.slice(0, i).map(([end]) => `ends ${end} 1`));
      }
      await call(claim);
      await call(claim);
      expect(ends()).toEqual(calls.slice(0, i + 1).map(([end]) => `ends ${end} 1`));
    }
  });

  it('is counted once when it was not made, and is made by the next call', async () => {
    const claim = await claimOf(ledger.begin('a'));
    fate = 'fails';
    await expect(ledger.complete(claim)).rejects.toMatchObject(UNAVAILABLE);
    await ledger.complete(claim);
    await ledger.complete(claim);
    expect(ends()).toEqual(['ends completed 1']);
  });

  it('is counted, and not as stale, when a renewal or another end finds it', async () => {
    const calls: readonly ((claim: Claim) => Promise<unknown>)[] = [
      (claim) => claim.renew(),
      (claim) => ledger.fail(claim, new Error('no')),
    ];
    for (const [i, call] of calls.entries()) {
      const claim = await claimOf(ledger.begin(`key-${i}`));
      fate = 'is lost';
      await expect(ledger.complete(claim)).rejects.toMatchObject(UNAVAILABLE);
      await expect(call(claim)).rejects.toMatchObject({ ...REFUSED, entry: { state: 'completed' } });
      expect(await ledger.complete(claim)).toMatchObject({ state: 'completed' });
      expect(ends()).toEqual([`ends completed ${i + 1}`]);
    }
  });
});
