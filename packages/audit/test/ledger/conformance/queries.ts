import { describe, expect, it } from 'vitest';
import type { LedgerEntry, LedgerQuery } from '../../../src/ledger/index.ts';
import type { CurrentBed } from '../bed.ts';
import { claimOf } from './claim-of.ts';

/** Lists, counts, and removing what is old. */
export function describeQueries({ current }: CurrentBed): void {
  describe('what the ledger knows', () => {
    it('is listed by state, run and time, a page at a time, in both directions', async () => {
      const ledger = await current().open();
      for (let i = 0; i < 23; i++) {
        const claim = await claimOf(ledger.begin(`key-${i}`, { run: i % 2 === 0 ? 'even' : 'odd' }));
        if (i % 3 === 0) await ledger.complete(claim);
        if (i % 3 === 1) await ledger.fail(claim, new Error('no'));
        if (i === 11) await current().pass(60_000);
      }
      const all = await pages({ limit: 5 });
      expect(all.map(({ key }) => key)).toEqual(Array.from({ length: 23 }, (_, i) => `key-${i}`));
      expect(await pages({ limit: 5, order: 'descending' })).toEqual(all.toReversed());
      for (const query of [{ state: 'failed' }, { run: 'odd' }, { state: 'running', run: 'even' }] as const) {
        const expected = all.filter((entry) =>
          Object.entries(query).every(([name, value]) => entry[name as 'run'] === value),
        );
        expect(expected.length).toBeGreaterThan(2);
        expect(await pages({ ...query, limit: 2 })).toEqual(expected);
      }
      const middle = all[12]?.startedAt as Date;
      expect(await pages({ from: middle, limit: 3 })).toEqual(all.slice(12));
      expect(await pages({ to: middle.toISOString(), limit: 3 })).toEqual(all.slice(0, 12));
      expect(await pages({ from: middle.getTime(), to: middle, limit: 3 })).toEqual([]);

      async function pages(query: LedgerQuery): Promise<LedgerEntry[]> {
        const found: LedgerEntry[] = [];
        let cursor: string | undefined;
        for (let page = 0; page < 30; page++) {
          const { entries, next } = await ledger.list({ ...query, cursor });
          expect(entries.length).toBeLessThanOrEqual(query.limit ?? 100);
          found.push(...entries);
          cursor = next;
          if (cursor === undefined) return found;
        }
        throw new Error('The pages do not end');
      }
    });

    it('is found by times in UTC, wherever the process is', async () => {
      const ledger = await current().open();
      await ledger.release(await claimOf(ledger.begin('a')));
      const { startedAt } = (await ledger.get('a')) as LedgerEntry;
      const zone = process.env.TZ;
      try {
        for (const where of ['America/New_York', 'Asia/Tokyo']) {
          process.env.TZ = where;
          const local = (millis: number) => new Date(startedAt.getTime() + millis).toISOString().slice(0, -1);
          const keys = async (query: LedgerQuery) => (await ledger.list(query)).entries.map(({ key }) => key);
          expect(await keys({ from: local(0), to: local(1) })).toEqual(['a']);
          expect(await keys({ from: local(1) })).toEqual([]);
          expect(await keys({ to: local(0) })).toEqual([]);
          expect(await ledger.retryable({ now: local(-1) })).toEqual([]);
          expect(await ledger.retryable({ now: local(60_000) })).toHaveLength(1);
        }
      } finally {
        if (zone === undefined) delete process.env.TZ;
        else process.env.TZ = zone;
      }
    });

    it('is counted by state', async () => {
      const ledger = await current().open({ heartbeat: false });
      await ledger.complete('a');
      await ledger.fail(await claimOf(ledger.begin('b')), new Error('no'), { retryAfter: '1h' });
      await ledger.fail(await claimOf(ledger.begin('c')), new Error('no'), { retryAfter: 0 });
      await ledger.fail(await claimOf(ledger.begin('d')), new Error('no'), { retryable: false });
      await ledger.release(await claimOf(ledger.begin('e')));
      await claimOf(ledger.begin('f', { leaseDuration: '1m' }));
      const counts = { completed: 1, failed: 2, dead: 1, pending: 1, running: 1 };
      expect(await ledger.stats()).toEqual({ ...counts, retryable: 2 });
      await current().pass(60_000);
      expect(await ledger.stats()).toEqual({ ...counts, retryable: 3 });
    });

    it('is pruned of what ended long ago, and only of that', async () => {
      const ledger = await current().open();
      for (let i = 0; i < 5; i++) await ledger.complete(`old-${i}`);
      await ledger.fail(await claimOf(ledger.begin('dead')), new Error('no'), { retryable: false });
      await ledger.fail(await claimOf(ledger.begin('failed')), new Error('no'));
      const claim = await claimOf(ledger.begin('running'));
      await current().pass(3_600_000);
      await ledger.complete('new');
      expect(await ledger.prune({ olderThan: '2h' })).toBe(0);
      expect(await ledger.prune({ olderThan: '30m' })).toBe(5);
      expect(await ledger.prune({ olderThan: '30m' })).toBe(0);
      const keys = (await ledger.list()).entries.map(({ key }) => key);
      expect(keys).toEqual(['dead', 'failed', 'running', 'new']);
      expect(await ledger.prune({ olderThan: '30m', state: 'dead' })).toBe(1);
      expect(await ledger.begin('old-1')).toMatchObject({ status: 'claimed' });
      expect(await ledger.complete(claim)).toMatchObject({ state: 'completed' });
      // Begun long ago, and ended just now.
      expect(await ledger.prune({ olderThan: '30m' })).toBe(0);
    });

    it('cannot be asked for in a way that makes no sense', async () => {
      const ledger = await current().open();
      const INVALID = { code: 'INSTRUMENT_INVALID_ARGUMENT' };
      const queries = [{ state: 'done' }, { limit: 0 }, { limit: 10_001 }, { cursor: 'x' }, { key: 'a' }];
      for (const query of queries) await expect(ledger.list(query as never)).rejects.toMatchObject(INVALID);
      const times = [
        'never',
        '2026-02-30',
        'Nov 25 2026',
        '1',
        '',
        Number.NaN,
        1e16,
        new Date('x'),
        true,
        null,
      ];
      for (const time of times as never[]) {
        await expect(ledger.list({ from: time })).rejects.toMatchObject(INVALID);
        await expect(ledger.list({ to: time })).rejects.toMatchObject(INVALID);
        await expect(ledger.retryable({ now: time })).rejects.toMatchObject(INVALID);
      }
      expect(await ledger.list({ from: 0.5, to: -0.5 })).toMatchObject({ entries: [] });
      await expect(ledger.retryable({ limit: 1.5 })).rejects.toMatchObject(INVALID);
      await expect(ledger.prune({} as never)).rejects.toMatchObject(INVALID);
      await expect(ledger.prune({ olderThan: '1h', state: 'running' as never })).rejects.toMatchObject(
        INVALID,
      );
    });
  });
}
