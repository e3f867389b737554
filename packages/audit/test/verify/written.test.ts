import { join } from 'node:path';
import { EventBus } from '@org/instrument-core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Audit } from '../../src/audit.ts';
import { createAudit } from '../../src/create-audit.ts';
import { checkProof } from '../../src/verify/check-proof.ts';
import { proveEntry } from '../../src/verify/make-proof.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { temporaryDirectory } from './bed.ts';

const parent = temporaryDirectory();
let open: Audit | undefined;

afterEach(async () => {
  await open?.close();
});

/** Puts operations on record, some of which are still open. */
async function recordSome(audit: Audit, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    audit.record({
      action: 'orders.place',
      actor: `user:${i}`,
      reason: 'é🙂"\\\n',
      attributes: { i, 10: 1, 9: 2 },
    });
    const operation = audit.begin({ action: 'orders.ship', target: `order:${i}` });
    if (i % 3 > 0) operation.end({ outcome: 'success' });
  }
  await audit.flush();
}

describe('a journal that the package has written', () => {
  it('is right while it is written, once it is closed, and when it was opened again', async () => {
    const directory = join(parent, 'written');
    for (let round = 1; round <= 3; round++) {
      open = createAudit({ directory, segmentBytes: 4_096, events: new EventBus() });
      const writing = recordSome(open, 50);
      expect(await verifyJournal(directory)).toMatchObject({ failures: [] });
      await writing;
      const { note } = await open.checkpoint();
      await recordSome(open, 5);
      expect(await open.verify({ checkpoints: [note] })).toMatchObject({ ok: true, failures: [] });
      await open.close();
      const found = await verifyJournal(directory, { checkpoints: [note] });
      expect(found).toMatchObject({ ok: true, failures: [], notices: [] });
      expect(found.checkpointed).toBe(found.size);
      const proof = await proveEntry(directory, 7);
      expect(checkProof(proof, [found.key as string])).toMatchObject({ ok: true });
    }
  });

  it('is right after retention has removed its beginning', async () => {
    const directory = join(parent, 'pruned');
    const events = new EventBus();
    let removed = 0;
    events.on('audit.pruned', () => removed++);
    open = createAudit({ directory, segmentBytes: 4_096, retention: { maxBytes: 8_192 }, events });
    for (let round = 0; removed < 3 && round < 500; round++) await recordSome(open, 5);
    // It may be pruned meanwhile.
    expect(await verifyJournal(directory)).toMatchObject({ failures: [] });
    await open.close();
    const found = await verifyJournal(directory);
    expect(found).toMatchObject({ ok: true, failures: [] });
    expect(found.pruned).toBeGreaterThan(0);
    expect(checkProof(await proveEntry(directory, 0), [found.key as string])).toMatchObject({ ok: true });
  });
});
