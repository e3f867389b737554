import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { crashCopy } from '../journal/crash-copy.ts';
import { useAudits } from '../opened-audits.ts';
import { forgeFrom, sealLast } from './forged-segments.ts';

const audits = useAudits();
const FORGED = { action: 'orders.forged' };

/** A journal of so many entries that was closed, and its key. */
async function closedJournal(entries: number): Promise<{ directory: string; keys: string[] }> {
  const { audit, directory } = audits.open();
  for (let n = 0; n < entries; n++) audit.record({ action: 'orders.place', attributes: { n } });
  await audit.close();
  return { directory, keys: [readFileSync(join(directory, 'key.pub'), 'utf8')] };
}

describe('entries that somebody without a key has added to a journal that was closed', () => {
  it('may have been added, which is said, also of one', async () => {
    const { directory, keys } = await closedJournal(6);
    forgeFrom(directory, undefined, [FORGED, FORGED, FORGED]);
    sealLast(directory);
    expect(await verifyJournal(directory, { keys })).toMatchObject({
      ok: true,
      size: 9,
      checkpointed: 6,
      notices: [
        'No checkpoint covers the last 3 entries: whether they were rewritten, or added by somebody else, or others after ' +
          'them cut off, cannot be seen.',
      ],
    });
    const one = await closedJournal(6);
    forgeFrom(one.directory, undefined, [FORGED]);
    expect((await verifyJournal(one.directory)).notices).toEqual([
      'No checkpoint covers the last entry: whether it was rewritten, or added by somebody else, or others after it cut ' +
        'off, cannot be seen.',
    ]);
  });

  it('are known as taken over once a process has signed them', async () => {
    const { directory, keys } = await closedJournal(6);
    forgeFrom(directory, undefined, [FORGED, FORGED, FORGED]);
    sealLast(directory);
    const again = audits.open({ directory });
    again.audit.record({ action: 'orders.place' });
    await again.audit.close();
    const takenOver =
      '3 entries (6–8) were taken over unsigned: nobody vouches that they were not changed or added before.';
    expect(await verifyJournal(directory, { keys })).toMatchObject({
      ok: true,
      size: 11,
      checkpointed: 11,
      notices: [takenOver],
    });
    // What such an entry says is worth nothing before it is signed, nor where it was taken over itself.
    forgeFrom(directory, undefined, [{ action: 'audit.journal.recovered', attributes: { unsigned: 11 } }]);
    const [first, second, ...rest] = (await verifyJournal(directory, { keys })).notices;
    expect([first, second, rest]).toEqual([takenOver, expect.stringContaining('the last entry'), []]);
    await audits.open({ directory }).audit.close();
    expect((await verifyJournal(directory, { keys })).notices).toEqual([
      '4 entries (6–8, 11) were taken over unsigned: nobody vouches that they were not changed or added before.',
    ]);
  });

  it('are named as one where there is one, and where there are many ranges the first of them', async () => {
    let { directory } = await closedJournal(6);
    for (let crash = 1; crash <= 12; crash++) {
      const { audit } = audits.open({ directory, checkpointInterval: '1h' });
      await audit.checkpoint();
      audit.record({ action: 'orders.place' });
      await audit.flush();
      directory = crashCopy(directory, audits.directory());
      if (crash > 1) continue;
      await audits.open({ directory }).audit.close();
      expect((await verifyJournal(directory)).notices).toEqual([
        '1 entry (6) was taken over unsigned: nobody vouches that it was not changed or added before.',
      ]);
    }
    await audits.open({ directory }).audit.close();
    const { notices } = await verifyJournal(directory);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^12 entries \(6(, \d+){9}, and 2 more ranges\) were taken over/);
  });
});
