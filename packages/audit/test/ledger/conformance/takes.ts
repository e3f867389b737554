import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/ledger/index.ts';
import type { CurrentBed } from '../bed.ts';
import { claimOf } from './claim-of.ts';

/** An input that is claimed, worked on and ended by one call. */
export function describeTakes({ current }: CurrentBed): void {
  describe('an input that is taken', () => {
    it('is completed with what the work resolves to, once', async () => {
      const ledger = await current().open({ run: 'nightly-7' });
      const claims: Claim[] = [];
      const work = async (claim: Claim) => {
        claims.push(claim);
        return { rows: 3, bytes: 120, attributes: { table: 'orders' } };
      };
      const options = { run: 'nightly-8', attributes: { shard: 1 } };
      expect(await ledger.take('a', work, options)).toMatchObject({
        status: 'taken',
        entry: {
          state: 'completed',
          run: 'nightly-8',
          rows: 3,
          bytes: 120,
          attributes: { shard: 1, table: 'orders' },
        },
      });
      expect(claims).toMatchObject([{ key: 'a', attempt: 1 }]);
      expect(await ledger.take('a', work)).toMatchObject({ status: 'completed', entry: { rows: 3 } });
      expect(claims).toHaveLength(1);
      expect(await ledger.take('b', async () => {})).toMatchObject({ status: 'taken' });
    });

    it('is left alone while another has it, waits or is dead', async () => {
      const ledger = await current().open({ retryDelay: '1h' });
      const work = () => Promise.reject(new Error('must not be called'));
      await claimOf(ledger.begin('running'));
      await ledger.fail(await claimOf(ledger.begin('waiting')), new Error('no'));
      await ledger.fail(await claimOf(ledger.begin('dead')), new Error('no'), { retryable: false });
      for (const key of ['running', 'waiting', 'dead']) {
        const taken = await ledger.take(key, work);
        expect(taken).toMatchObject({ status: key, entry: { key }, reason: expect.any(String) });
      }
    });

    it('fails with what the work throws, at once or later, and is tried again as that says', async () => {
      const ledger = await current().open({ retryDelay: 0 });
      const error = new TypeError('no such column');
      const throwing = (): Promise<void> => {
        throw error;
      };
      expect(await ledger.take('a', throwing)).toMatchObject({ status: 'failed', entry: { attempts: 1 } });
      const taken = await ledger.take('a', () => Promise.reject(error));
      expect(taken).toMatchObject({
        status: 'failed',
        entry: {
          state: 'failed',
          attempts: 2,
          error: { type: 'TypeError', message: expect.stringContaining('no such column') },
        },
      });
      expect(taken.status === 'failed' && taken.error).toBe(error);
      const undecided = () => {
        throw new Error('of the application');
      };
      expect(await ledger.take('a', throwing, { retryable: undecided })).toMatchObject({
        status: 'failed',
        entry: { state: 'failed', error: { type: 'TypeError' } },
      });
      const retryable = (thrown: unknown) => !(thrown instanceof TypeError);
      expect(await ledger.take('a', throwing, { retryable })).toMatchObject({
        status: 'failed',
        entry: { state: 'dead', attempts: 4 },
      });
    });

    it('fails when what the work resolves to is no result, and is not kept', async () => {
      const ledger = await current().open({ retryDelay: 0 });
      expect(await ledger.take('a', async () => ({ rows: -1 }))).toMatchObject({
        status: 'failed',
        error: { code: 'INSTRUMENT_INVALID_ARGUMENT' },
        entry: { state: 'failed' },
      });
      expect(await ledger.take('a', async () => ({ rows: 1 }))).toMatchObject({ status: 'taken' });
    });

    it('is given back when the work ends because it was asked to, and no attempt counts', async () => {
      const ledger = await current().open();
      const stop = new AbortController();
      const taken = ledger.take(
        'a',
        ({ signal }) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            stop.abort(new Error('the service is stopped'));
          }),
        { signal: stop.signal },
      );
      expect(await taken).toMatchObject({ status: 'released', entry: { state: 'pending', attempts: 0 } });
      const { signal } = stop;
      await expect(ledger.take('a', async () => {}, { signal })).rejects.toBe(signal.reason);
      expect(await ledger.get('a')).toMatchObject({ state: 'pending' });
      expect(await ledger.take('a', async () => {})).toMatchObject({ status: 'taken' });
    });

    it('is completed when the work is done all the same', async () => {
      const ledger = await current().open();
      const stop = new AbortController();
      const work = async () => stop.abort();
      expect(await ledger.take('a', work, { signal: stop.signal })).toMatchObject({ status: 'taken' });
    });

    it('is lost when another has claimed it meanwhile, whatever the work comes to', async () => {
      const paused = await current().open({ heartbeat: false });
      const other = await current().open();
      const overtaken = async (key: string) => {
        await current().pass(60_000);
        await claimOf(other.begin(key));
      };
      const done = () => overtaken('done').then(() => ({ rows: 1 }));
      expect(await paused.take('done', done)).toMatchObject({
        status: 'lost',
        reason: expect.stringContaining('refuses complete'),
      });
      const failed = () => overtaken('failed').then(() => Promise.reject(new Error('no')));
      expect(await paused.take('failed', failed)).toMatchObject({
        status: 'lost',
        reason: expect.stringContaining('refuses fail'),
      });
      for (const key of ['done', 'failed'])
        expect(await other.get(key)).toMatchObject({ state: 'running', attempts: 2 });
    });

    it('is lost when its lease runs out and the work ends for that', async () => {
      const ledger = await current().open({ heartbeat: false });
      const work = ({ signal }: Claim) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      expect(await ledger.take('a', work, { leaseDuration: 50 })).toEqual({
        status: 'lost',
        reason: expect.stringContaining('The lease has run out'),
      });
      expect(await ledger.get('a')).toMatchObject({ state: 'running', attempts: 1 });
    });

    it('is refused with all that is wrong', async () => {
      const ledger = await current().open();
      const options = { signal: 'now', retryable: true, retrayble: 1 };
      await expect(ledger.take('a', 5 as never, options as never)).rejects.toMatchObject({
        code: 'INSTRUMENT_INVALID_ARGUMENT',
        problems: [{ path: 'retrayble' }, { path: 'work' }, { path: 'signal' }, { path: 'retryable' }],
      });
      await expect(ledger.take('', async () => {})).rejects.toMatchObject({
        code: 'INSTRUMENT_INVALID_ARGUMENT',
      });
    });
  });
}
