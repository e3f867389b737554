import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Claim, Ledger } from '../../../src/ledger/index.ts';
import type { CurrentBed } from '../bed.ts';
import { claimOf } from './claim-of.ts';

const REFUSED = { code: 'INSTRUMENT_AUDIT_REFUSED' };

/** Claiming and completing. */
export function describeClaims({ current }: CurrentBed): void {
  describe('a claim', () => {
    it('is given once: others learn who has it, and since when', async () => {
      const ledger = await current().open({ run: 'nightly-7' });
      const other = await current().open({ run: 'nightly-8' });
      const claim = await claimOf(ledger.begin('in/a.csv', { attributes: { shard: 3 } }));
      expect(claim).toMatchObject({
        key: 'in/a.csv',
        run: 'nightly-7',
        attempt: 1,
        attributes: { shard: 3 },
      });
      const begun = await other.begin('in/a.csv');
      expect(begun).toMatchObject({
        status: 'running',
        entry: { run: 'nightly-7', host: hostname(), pid: process.pid, startedAt: claim.startedAt },
      });
      expect(begun.status !== 'claimed' && begun.reason).toBe(
        `claimed by run nightly-7 on host ${hostname()}, pid ${process.pid}, since ${claim.startedAt.toISOString()}`,
      );
      expect(await ledger.begin('in/a.csv')).toMatchObject({ status: 'running' });
    });

    it('is given to one of many that ask at once over several connections', async () => {
      const ledgers = await Promise.all(Array.from({ length: 4 }, () => current().open()));
      const ask = (key: string) =>
        Promise.all(ledgers.flatMap((ledger) => Array.from({ length: 8 }, () => ledger.begin(key))));
      for (const key of ['a', 'b', 'c']) {
        const begun = await ask(key);
        const [claim, ...more] = begun.flatMap(({ claim }) => claim ?? []);
        expect(more).toEqual([]);
        const losers = begun.filter(({ status }) => status !== 'claimed');
        expect(new Set(losers.map(({ status }) => status))).toEqual(new Set(['running']));
        for (const { entry } of losers as { entry: { token: number } }[])
          expect(entry.token).toBe(claim?.token);
      }
    });

    it('is given to one of many when a lease has run out, too', async () => {
      const ledgers = await Promise.all(
        Array.from({ length: 4 }, () => current().open({ heartbeat: false })),
      );
      const first = await claimOf((ledgers[0] as Ledger).begin('a', { leaseDuration: '1m' }));
      await current().pass(60_000);
      const begun = await Promise.all(ledgers.flatMap((ledger) => [ledger.begin('a'), ledger.begin('a')]));
      const claims = begun.flatMap(({ claim }) => claim ?? []);
      expect(claims.map(({ attempt }) => attempt)).toEqual([2]);
      expect(claims[0]?.token).toBeGreaterThan(first.token);
    });

    it('completes an input, which is seen from then on, after a restart too', async () => {
      const ledger = await current().open();
      expect(await ledger.seen('a')).toBe(false);
      const claim = await claimOf(ledger.begin('a', { attributes: { from: 'ftp', try: 1 } }));
      expect(await ledger.seen('a')).toBe(false);
      const result = { rows: 10, bytes: 2 ** 40, digest: 'sha256:00', entry: 77, attributes: { try: 2 } };
      const entry = await ledger.complete(claim, result);
      expect(entry).toMatchObject({
        ...{ state: 'completed', attempts: 1, token: claim.token, error: undefined },
        ...{ rows: 10, bytes: 2 ** 40, digest: 'sha256:00', entry: 77, attributes: { from: 'ftp', try: 2 } },
        ...{ leaseExpiresAt: undefined, retryAt: undefined },
      });
      expect(entry.endedAt?.getTime()).toBeGreaterThanOrEqual(entry.startedAt.getTime());
      await ledger.close();
      const later = await current().open();
      expect(await later.seen('a')).toBe(true);
      expect(await later.get('a')).toEqual(entry);
      expect(await later.begin('a')).toEqual({
        status: 'completed',
        entry,
        reason: expect.stringContaining('completed by run'),
      });
    });

    it('completes once: the same claim changes nothing when it completes again', async () => {
      const ledger = await current().open();
      const claim = await claimOf(ledger.begin('a'));
      const entry = await ledger.complete(claim, { rows: 1 });
      expect(await ledger.complete(claim, { rows: 2 })).toEqual(entry);
      expect(await ledger.get('a')).toEqual(entry);
      await expect(ledger.fail(claim, new Error('late'))).rejects.toMatchObject(REFUSED);
      await expect(ledger.release(claim)).rejects.toMatchObject(REFUSED);
      await expect(claim.renew()).rejects.toMatchObject(REFUSED);
    });

    it('is refused once another has the input: complete, fail, release and renew', async () => {
      const stale = await current().open({ heartbeat: false });
      const ledger = await current().open();
      const first = await claimOf(stale.begin('a', { leaseDuration: '1m' }));
      await current().pass(60_000);
      const second = await claimOf(ledger.begin('a'));
      const attempts: ((claim: Claim) => Promise<unknown>)[] = [
        (claim) => stale.complete(claim),
        (claim) => stale.fail(claim, new Error('no')),
        (claim) => stale.release(claim),
        (claim) => claim.renew(),
      ];
      for (const attempt of attempts) {
        const error = await attempt(first).then(String, (thrown: unknown) => thrown);
        expect(error).toMatchObject({
          ...{ ...REFUSED, name: 'StaleClaimError' },
          entry: { state: 'running', token: second.token },
        });
      }
      expect(first.signal.aborted).toBe(true);
      expect(second.signal.aborted).toBe(false);
      const entry = await ledger.complete(second, { rows: 2 });
      await expect(stale.complete(first, { rows: 1 })).rejects.toMatchObject({ ...REFUSED, entry });
      expect(await ledger.get('a')).toEqual(entry);
    });

    it('may still complete after its lease, when nobody has taken the input', async () => {
      const ledger = await current().open({ heartbeat: false });
      const claim = await claimOf(ledger.begin('a', { leaseDuration: '1m' }));
      await current().pass(90_000);
      expect(await ledger.complete(claim)).toMatchObject({ state: 'completed' });
    });

    it('is given back at once, and the attempt does not count', async () => {
      const ledger = await current().open({ maxAttempts: 1 });
      const claim = await claimOf(ledger.begin('a'));
      expect(await ledger.release(claim)).toMatchObject({ state: 'pending', attempts: 0 });
      expect(await ledger.release(claim)).toMatchObject({ state: 'pending', attempts: 0 });
      expect((await ledger.retryable()).map(({ key }) => key)).toEqual(['a']);
      const again = await claimOf(ledger.begin('a'));
      expect(again.attempt).toBe(1);
      expect(again.token).toBeGreaterThan(claim.token);
      await expect(ledger.complete(claim)).rejects.toMatchObject(REFUSED);
    });

    it('is found by its key in the ledger that has it', async () => {
      const ledger = await current().open();
      const claim = await claimOf(ledger.begin('a'));
      expect(await ledger.complete('a', { rows: 1 })).toMatchObject({ token: claim.token, attempts: 1 });
      expect(await ledger.complete('a', { rows: 2 })).toMatchObject({ token: claim.token, rows: 1 });
    });

    it('is not needed to complete by key what nobody has, and what another has is refused', async () => {
      const [ledger, other] = [await current().open(), await current().open()];
      expect(await ledger.complete('old', { rows: 5 })).toMatchObject({ state: 'completed', rows: 5 });
      const claim = await claimOf(other.begin('a'));
      await expect(ledger.complete('a')).rejects.toMatchObject({ ...REFUSED, entry: { token: claim.token } });
      await other.complete(claim);
      expect(await ledger.complete('a')).toMatchObject({ state: 'completed', token: claim.token });
    });

    it('is given back when completing by key claims an input, and is refused for what the claim has already', async () => {
      const [ledger, other] = [await current().open(), await current().open()];
      const first = await claimOf(ledger.begin('a', { attributes: { long: 'x'.repeat(40_000) } }));
      await ledger.release(first);
      const tooMuch = { attributes: { more: 'y'.repeat(40_000) } };
      await expect(ledger.complete('a', tooMuch)).rejects.toMatchObject({
        code: 'INSTRUMENT_INVALID_ARGUMENT',
        problems: [{ path: 'attributes' }],
      });
      expect(await other.get('a')).toMatchObject({ state: 'pending', attempts: 0 });
      // One that the caller has is the caller's to end.
      const claim = await claimOf(other.begin('a'));
      await expect(other.complete('a', tooMuch)).rejects.toMatchObject({
        code: 'INSTRUMENT_INVALID_ARGUMENT',
      });
      expect(await other.complete(claim)).toMatchObject({ state: 'completed', attempts: 1 });
    });

    it('has a token that no later claim has, whatever is pruned or reset between', async () => {
      const ledger = await current().open();
      const first = await claimOf(ledger.begin('a'));
      await ledger.complete(first);
      expect(await ledger.prune({ olderThan: 0 })).toBe(1);
      const second = await claimOf(ledger.begin('a'));
      expect(second.token).toBeGreaterThan(first.token);
      await expect(ledger.fail(first, new Error('late'))).rejects.toMatchObject(REFUSED);
    });

    it('takes keys, runs and attributes as they are', async () => {
      const texts = [
        "o'brien; DROP TABLE ledger; --",
        '%_\\ "quoted" :key {now} $1 ?1',
        'ключ 🎈 ﷽',
        'A',
        'a',
        ' a',
      ];
      const ledger = await current().open();
      for (const text of texts) {
        const attributes = { [text]: [text, null, 1.5, { 'null\0': '\ud800' }] };
        const claim = await claimOf(ledger.begin(text, { run: text, attributes }));
        expect(claim).toMatchObject({ key: text, run: text, attributes });
        expect(await ledger.complete(claim, { digest: text })).toMatchObject({ key: text, digest: text });
      }
      expect((await ledger.list()).entries.map(({ key }) => key)).toEqual(texts);
    });

    it('is refused with all problems for what cannot be, and nothing is changed', async () => {
      const ledger = await current().open();
      const INVALID = { code: 'INSTRUMENT_INVALID_ARGUMENT' };
      for (const key of ['', 'nul\0', 'half \ud800', 'x'.repeat(2_049), 7, null, undefined]) {
        await expect(ledger.begin(key as string)).rejects.toMatchObject(INVALID);
        await expect(ledger.complete(key as string)).rejects.toMatchObject(INVALID);
      }
      const cycle: Record<string, unknown> = {};
      cycle.self = cycle;
      for (const attributes of [cycle, { big: 1n }, [], 'text', { long: 'x'.repeat(65_536) }])
        await expect(ledger.begin('a', { attributes: attributes as never })).rejects.toMatchObject(INVALID);
      const wrong = { rows: -1, bytes: 0.5, digest: '', entry: Number.NaN, colour: 'red' };
      const error = await ledger.complete('a', wrong).then(String, (thrown: unknown) => thrown);
      expect((error as { problems: { path: string }[] }).problems.map(({ path }) => path).sort()).toEqual([
        'bytes',
        'colour',
        'digest',
        'entry',
        'rows',
      ]);
      await expect(ledger.fail({} as Claim, new Error('no'))).rejects.toMatchObject(INVALID);
      expect(await ledger.list()).toEqual({ entries: [], next: undefined });
      expect(await claimOf(ledger.begin('x'.repeat(2_048)))).toMatchObject({ attempt: 1 });
    });
  });
}
