import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useAudits } from './opened-audits.ts';

const audits = useAudits();

describe('a checkpoint', () => {
  test('covers what is there, is published, and is not signed twice', async () => {
    const { audit, directory, seen } = audits.open();
    audit.record({ action: 'orders.place' });
    const [one, same] = await Promise.all([audit.checkpoint(), audit.checkpoint()]);
    expect(one).toMatchObject({ size: 1, origin: audit.status().origin });
    expect(same).toEqual(one);
    audit.record({ action: 'orders.place' });
    expect(await audit.checkpoint()).toMatchObject({ size: 2 });
    expect(audit.status().checkpointed).toBe(2);
    expect(seen('audit.checkpoint').map(({ size, note }) => [size, note])).toEqual([
      [1, one.note],
      [2, expect.stringContaining('\n2\n')],
    ]);
    expect(readFileSync(join(directory, 'checkpoints'), 'utf8')).toContain(one.note);
  });

  test('is signed by itself, at an interval', async () => {
    const { audit, events } = audits.open({ checkpointInterval: 5 });
    const signed = new Promise((resolve) => events.on('audit.checkpoint', resolve));
    audit.record({ action: 'orders.place' });
    expect(await signed).toMatchObject({ size: 1 });
  });

  test('is made, and a flush ends, however much is recorded meanwhile', async () => {
    const { audit } = audits.open();
    let isOver = false;
    const load = (async () => {
      // In each turn of the event loop there is something that is not on disk.
      for (let turn = 0; !isOver && turn < 20_000; turn++) {
        audit.record({ action: 'orders.place' });
        await new Promise(setImmediate);
      }
      return isOver;
    })();
    const { size } = await audit.checkpoint();
    await audit.flush();
    expect(audit.status().size).toBeGreaterThan(size);
    isOver = true;
    expect(await load).toBe(true);
  });

  test('is signed while the journal is closed without coming into another one’s way', async () => {
    for (let round = 0; round < 20; round++) {
      const { audit, directory } = audits.open();
      audit.record({ action: 'orders.place' });
      const signed = audit.checkpoint();
      if (round % 2 === 1) await audit.flush();
      audit.record({ action: 'orders.ship' });
      await Promise.all([audit.close(), signed]);
      const again = audits.open({ directory });
      expect(await again.audit.verify()).toMatchObject({ ok: true, failures: [], checkpointed: 2 });
      await again.audit.close();
    }
  });
});
