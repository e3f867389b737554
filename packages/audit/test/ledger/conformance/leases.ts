import { describe, expect, it, vi } from 'vitest';
import type { CurrentBed } from '../bed.ts';
import { claimOf } from './claim-of.ts';

const WAIT = { timeout: 20_000, interval: 10 };

/** How long a claim lasts. */
export function describeLeases({ current }: CurrentBed): void {
  describe('a lease', () => {
    it('keeps others away until it runs out, and then they learn that it did', async () => {
      const [crashed, ledger] = [await current().open({ heartbeat: false }), await current().open()];
      const claim = await claimOf(crashed.begin('a', { leaseDuration: '1m', attributes: { n: 1 } }));
      await current().pass(30_000);
      expect(await ledger.begin('a')).toMatchObject({ status: 'running' });
      expect(await ledger.retryable()).toEqual([]);
      await current().pass(30_000);
      expect((await ledger.retryable()).map(({ key }) => key)).toEqual(['a']);
      const next = await claimOf(ledger.begin('a'));
      expect(next).toMatchObject({ attempt: 2, attributes: { n: 1 } });
      expect(next.token).toBeGreaterThan(claim.token);
      expect(await ledger.get('a')).toMatchObject({ state: 'running', error: { type: 'LeaseExpired' } });
    });

    it('is as long as the ledger says, and as `begin` says, and begins anew when it is renewed', async () => {
      const ledger = await current().open({ leaseDuration: '2m', heartbeat: false });
      const lasts = async (key: string): Promise<number> => {
        const entry = await ledger.get(key);
        return (entry?.leaseExpiresAt?.getTime() ?? 0) - (entry?.startedAt.getTime() ?? 0);
      };
      const claim = await claimOf(ledger.begin('a'));
      await claimOf(ledger.begin('b', { leaseDuration: '1h' }));
      // The clock may tick between the two times of one statement.
      expect(Math.abs((await lasts('a')) - 120_000)).toBeLessThan(1_000);
      expect(Math.abs((await lasts('b')) - 3_600_000)).toBeLessThan(1_000);
      await current().pass(90_000);
      await claim.renew();
      await current().pass(90_000);
      expect(await ledger.begin('a')).toMatchObject({ status: 'running' });
      expect(claim.signal.aborted).toBe(false);
      // Nobody has taken it, so that it can still be renewed after its end.
      await current().pass(60_000);
      await claim.renew();
      expect(await ledger.begin('a')).toMatchObject({ status: 'running' });
    });

    it('is renewed by itself while the claimant lives, and not after the end of the claim', async () => {
      const ledger = await current().open({ leaseDuration: '3s' });
      const other = await current().open();
      const claim = await claimOf(ledger.begin('a'));
      const until = async (): Promise<number> => (await other.get('a'))?.leaseExpiresAt?.getTime() ?? 0;
      const first = await until();
      await vi.waitFor(async () => expect(await until()).toBeGreaterThan(first + 1_500), WAIT);
      expect(await other.begin('a')).toMatchObject({ status: 'running' });
      expect(claim.signal.aborted).toBe(false);
      await ledger.fail(claim, new Error('no'), { retryAfter: '1h' });
      expect(await other.get('a')).toMatchObject({ state: 'failed' });
    });

    it('aborts the signal of a claimant once it has run out or was taken', async () => {
      const alone = await current().open({ heartbeat: false });
      const short = await claimOf(alone.begin('short', { leaseDuration: 20 }));
      await vi.waitFor(() => expect(short.signal.aborted).toBe(true), WAIT);
      expect(short.signal.reason).toMatchObject({ code: 'INSTRUMENT_AUDIT_REFUSED' });
      // The heartbeat of one that was away for long finds that another has the input.
      const [away, other] = [await current().open({ leaseDuration: '3s' }), await current().open()];
      const lost = await claimOf(away.begin('lost'));
      await current().pass(3_000);
      const taken = await claimOf(other.begin('lost'));
      await vi.waitFor(() => expect(lost.signal.aborted).toBe(true), WAIT);
      expect(lost.signal.reason).toMatchObject({ entry: { token: taken.token } });
    });

    it('is not kept by a ledger that is closed, which refuses everything', async () => {
      const ledger = await current().open();
      const claim = await claimOf(ledger.begin('a'));
      await Promise.all([ledger.close(), ledger.close()]);
      expect(claim.signal.aborted).toBe(true);
      const closed = { code: 'INSTRUMENT_AUDIT_UNAVAILABLE' };
      await expect(ledger.seen('a')).rejects.toMatchObject(closed);
      await expect(ledger.begin('b')).rejects.toMatchObject(closed);
      await expect(ledger.complete(claim)).rejects.toMatchObject(closed);
      const other = await current().open();
      expect(await other.begin('a')).toMatchObject({ status: 'running' });
      // The claim is good as long as nobody has taken it, in another ledger too.
      expect(await other.complete(claim)).toMatchObject({ state: 'completed' });
    });
  });
}
