import { describe, expect, it } from 'vitest';
import type { CurrentBed } from '../bed.ts';
import { useChildren } from '../child.ts';
import { claimOf } from './claim-of.ts';

const PROCESSES = 3;
/** As in `child-main.ts`. */
const RACE = 40;

/** Processes that share a ledger, and die. */
export function describeProcesses({ current }: CurrentBed): void {
  describe('processes', () => {
    const start = useChildren();

    it('that want the same inputs get each of them once', async () => {
      const { options } = current();
      const children = await Promise.all(Array.from({ length: PROCESSES }, () => start('race', options)));
      await Promise.all(children.map((child) => child.until((lines) => lines.includes('ready'))));
      for (const child of children) child.go();
      await Promise.all(children.map((child) => child.until((lines) => lines.includes('done'))));
      const claims = children.flatMap(({ lines }) => lines.filter((line) => line.startsWith('claimed ')));
      const keys = claims.map((line) => line.split(' ')[1]);
      const tokens = claims.map((line) => line.split(' ')[2]);
      expect(keys.sort()).toEqual(Array.from({ length: RACE }, (_, i) => `race-${i}`).sort());
      expect(new Set(tokens).size).toBe(RACE);
    });

    it('that are killed lose nothing of what they completed, and what they had can be claimed after its lease', async () => {
      const ledger = await current().open({ maxAttempts: 100 });
      let completed = 0;
      for (let life = 0; life < 3; life++) {
        const child = await start('work', { ...current().options, maxAttempts: 100, leaseDuration: '1h' });
        await child.until(
          (lines) => lines.filter((line) => line.startsWith('completed')).length >= 10 + 7 * life,
        );
        await child.kill();
        const said = child.lines.flatMap((line) => /^completed (.*)$/.exec(line)?.[1] ?? []);
        completed += said.length;
        for (const key of said)
          expect(await ledger.get(key)).toMatchObject({ state: 'completed', pid: child.pid });
        const { entries: left } = await ledger.list({ state: 'running' });
        // Whether it was killed before or after the claim is as may be.
        expect(left.length).toBeLessThanOrEqual(1);
        for (const { key } of left) {
          expect(await ledger.begin(key)).toMatchObject({ status: 'running', entry: { pid: child.pid } });
          await current().pass(3_600_000);
          expect((await ledger.retryable()).map((entry) => entry.key)).toEqual([key]);
          await ledger.complete(await claimOf(ledger.begin(key)));
          completed++;
        }
      }
      // One that was completed and could not be told any more is possible in each life.
      expect((await ledger.stats()).completed - completed).toBeLessThanOrEqual(3);
    });

    it('that die with a claim leave it until its lease is over', async () => {
      const ledger = await current().open();
      const child = await start('hold', { ...current().options, leaseDuration: '1h' });
      await child.until((lines) => lines.includes('claimed'));
      expect(await ledger.begin('held')).toMatchObject({ status: 'running', entry: { pid: child.pid } });
      await child.kill();
      expect(await ledger.begin('held')).toMatchObject({ status: 'running', entry: { pid: child.pid } });
      await current().pass(3_600_000);
      expect(await claimOf(ledger.begin('held'))).toMatchObject({ attempt: 2 });
      expect(await ledger.get('held')).toMatchObject({
        pid: process.pid,
        error: { type: 'LeaseExpired', message: expect.stringContaining(`pid ${child.pid}`) },
      });
    });

    it('that have nothing else to do end by themselves, claims or not', async () => {
      const child = await start('leave', current().options);
      expect(await child.end).toBe(0);
      expect(child.lines).toEqual(['ready', 'claimed']);
    });
  });
}
