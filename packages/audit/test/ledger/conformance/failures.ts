import { MeterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import type { CurrentBed } from '../bed.ts';
import { claimOf } from './claim-of.ts';
import { countsOf } from './counts-of.ts';

/** Failing, trying again, and giving up. */
export function describeFailures({ current }: CurrentBed): void {
  describe('an attempt that fails', () => {
    it('is tried again after a delay that doubles, and kept with its error', async () => {
      const ledger = await current().open({ retryDelay: '1m', maxRetryDelay: '3m', maxAttempts: 10 });
      for (const [attempt, delay] of [60_000, 120_000, 180_000, 180_000].entries()) {
        const claim = await claimOf(ledger.begin('a'));
        expect(claim.attempt).toBe(attempt + 1);
        const entry = await ledger.fail(claim, new RangeError(`no ${attempt}`));
        expect(entry).toMatchObject({
          state: 'failed',
          error: { type: 'RangeError', message: `no ${attempt}` },
        });
        const begun = await ledger.begin('a');
        expect(begun).toEqual({ status: 'waiting', entry, reason: expect.stringContaining(`no ${attempt}`) });
        expect(await ledger.retryable()).toEqual([]);
        await current().pass(delay - 30_000);
        expect(await ledger.begin('a')).toMatchObject({ status: 'waiting' });
        await current().pass(30_000);
        expect((await ledger.retryable()).map(({ key }) => key)).toEqual(['a']);
      }
      const entry = await ledger.complete(await claimOf(ledger.begin('a')));
      expect(entry).toMatchObject({ state: 'completed', attempts: 5, error: undefined });
    });

    it('is tried again as often as is allowed, be the delay nothing and the attempts thousands', async () => {
      const claims = [
        { ledger: await current().open({ retryDelay: 0, maxAttempts: 10_000 }), delay: 0 },
        {
          ledger: await current().open({ retryDelay: 1, maxRetryDelay: '1h', maxAttempts: 10_000 }),
          delay: 3_600_000,
        },
      ];
      for (const [i, { ledger, delay }] of claims.entries()) {
        const claim = await claimOf(ledger.begin(`key-${i}`));
        const entry = await ledger.fail({ ...claim, attempt: 5_000 }, new Error('no'));
        expect(entry.state).toBe('failed');
        // The clock may tick between the two times of one statement.
        const waits = (entry.retryAt?.getTime() ?? 0) - (entry.endedAt?.getTime() ?? 0);
        expect(Math.abs(waits - delay)).toBeLessThan(1_000);
      }
    });

    it('is told of in one line, and kept as it was thrown', async () => {
      const ledger = await current().open();
      const message = 'no\u001b[2J\nforged line';
      await ledger.fail(await claimOf(ledger.begin('a')), new Error(message), { retryAfter: '1h' });
      expect(await ledger.get('a')).toMatchObject({ error: { message } });
      expect(await ledger.begin('a')).toMatchObject({
        reason: expect.stringMatching(/Error: no\\u\{1b\}\[2J\\u\{a\}forged line$/),
      });
    });

    it('waits as long as it is told to', async () => {
      const ledger = await current().open();
      await ledger.fail(await claimOf(ledger.begin('soon')), 'not an error', { retryAfter: 0 });
      await ledger.fail(await claimOf(ledger.begin('late')), new Error('no'), { retryAfter: '1h' });
      expect((await ledger.retryable()).map(({ key }) => key)).toEqual(['soon']);
      const later = new Date(Date.now() + 4_000_000);
      expect((await ledger.retryable({ now: later })).map(({ key }) => key)).toEqual(['soon', 'late']);
      expect((await ledger.retryable({ now: later, limit: 1 })).map(({ key }) => key)).toEqual(['soon']);
      expect(await ledger.get('soon')).toMatchObject({
        error: { type: 'string', message: '"not an error"' },
      });
    });

    it('is dead after the last attempt that is allowed, until it is reset', async () => {
      const ledger = await current().open({ maxAttempts: 2 });
      await ledger.fail(await claimOf(ledger.begin('a')), new Error('first'), { retryAfter: 0 });
      const claim = await claimOf(ledger.begin('a'));
      const entry = await ledger.fail(claim, new Error('second'), { retryAfter: 0 });
      expect(entry).toMatchObject({
        state: 'dead',
        attempts: 2,
        retryAt: undefined,
        error: { message: 'second' },
      });
      expect(await ledger.fail(claim, new Error('again'))).toEqual(entry);
      expect(await ledger.begin('a')).toEqual({
        status: 'dead',
        entry,
        reason: expect.stringMatching(/^dead after 2 attempts, the last by run .*: Error: second$/),
      });
      expect(await ledger.retryable({ now: Date.now() + 1e12 })).toEqual([]);
      expect(await ledger.reset('a')).toBe(true);
      expect((await ledger.retryable()).map(({ key }) => key)).toEqual(['a']);
      expect(await claimOf(ledger.begin('a'))).toMatchObject({ attempt: 1 });
    });

    it('is dead at once when no attempt can succeed', async () => {
      const ledger = await current().open();
      const claim = await claimOf(ledger.begin('a'));
      expect(await ledger.fail(claim, new Error('not a CSV'), { retryable: false })).toMatchObject({
        state: 'dead',
        attempts: 1,
      });
      expect(await ledger.begin('a')).toMatchObject({ status: 'dead' });
    });

    it('is dead when the last attempt never came back, whether it is begun or only looked for', async () => {
      const ledger = await current().open({ maxAttempts: 1, heartbeat: false, run: 'crash' });
      const late = await claimOf(ledger.begin('a', { leaseDuration: '1m' }));
      await claimOf(ledger.begin('b', { leaseDuration: '1m' }));
      await current().pass(60_000);
      const error = { type: 'LeaseExpired', message: expect.stringContaining('run crash on host') };
      expect(await ledger.begin('a')).toMatchObject({ status: 'dead', entry: { state: 'dead', error } });
      expect(await ledger.retryable()).toEqual([]);
      expect(await ledger.get('b')).toMatchObject({ state: 'dead', error });
      await expect(ledger.complete(late)).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_REFUSED' });
    });

    it('is counted as dead by who finds that it never came back, once', async () => {
      const meterProvider = new MeterProvider({});
      const ledger = await current().open({ maxAttempts: 2, heartbeat: false, meterProvider });
      for (let attempt = 1; attempt <= 2; attempt++) {
        for (const key of ['a', 'b', 'c']) await claimOf(ledger.begin(key, { leaseDuration: '1m' }));
        await current().pass(60_000);
      }
      for (let look = 1; look <= 2; look++) {
        expect(await ledger.begin('a')).toMatchObject({ status: 'dead' });
        expect(countsOf(meterProvider)).toContain('ends dead 1');
      }
      for (let look = 1; look <= 2; look++) {
        expect(await ledger.retryable()).toEqual([]);
        expect(countsOf(meterProvider)).toContain('ends dead 3');
      }
      expect((await ledger.stats()).dead).toBe(3);
    });

    it('takes any error, and makes text of it that can be kept', async () => {
      const ledger = await current().open({ maxAttempts: 100 });
      const hostile = new Proxy(new Error('x'), {
        get() {
          throw new Error('no');
        },
      });
      const thrown = [
        undefined,
        null,
        7,
        {},
        hostile,
        new Error('nul \0 half \ud800'),
        new Error('x'.repeat(9_999)),
      ];
      for (const error of thrown) {
        const claim = await claimOf(ledger.begin('a'));
        const entry = await ledger.fail(claim, error, { retryAfter: 0 });
        expect(entry.error?.message.length).toBeLessThanOrEqual(2_000);
        expect(await ledger.get('a')).toEqual(entry);
      }
    });

    it('is reset from any state but that of running', async () => {
      const ledger = await current().open({ heartbeat: false });
      expect(await ledger.reset('a')).toBe(false);
      const claim = await claimOf(ledger.begin('a', { leaseDuration: '1m' }));
      expect(await ledger.reset('a')).toBe(false);
      await ledger.complete(claim, { rows: 1, digest: 'x', attributes: { kept: true } });
      expect(await ledger.reset('a')).toBe(true);
      expect(await ledger.seen('a')).toBe(false);
      expect(await ledger.get('a')).toMatchObject({
        ...{ state: 'pending', attempts: 0, rows: undefined, digest: undefined, endedAt: undefined },
        attributes: { kept: true },
      });
      await claimOf(ledger.begin('a', { leaseDuration: '1m' }));
      await current().pass(60_000);
      expect(await ledger.reset('a')).toBe(true);
    });
  });
}
