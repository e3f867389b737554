import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitNotes } from '../../src/checkpoint/split-notes.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { crashCopy } from '../journal/crash-copy.ts';
import { removeSome } from '../journal/remove-some.ts';
import { useAudits } from '../opened-audits.ts';
import { forgeFrom, namesIn, replaceByHashes } from './forged-segments.ts';

const audits = useAudits();
const options = { segmentBytes: 4_096, checkpointInterval: '1h' };

const keyOf = (directory: string): string => readFileSync(join(directory, 'key.pub'), 'utf8').trim();

/** Takes out checkpoints by their sizes. */
function keepCheckpoints(directory: string, isKept: (size: number) => boolean): void {
  const path = join(directory, 'checkpoints');
  const notes = splitNotes(readFileSync(path, 'utf8'));
  const kept = notes.filter((note) => isKept(Number(note.split('\n')[1])));
  writeFileSync(path, kept.map((note) => `${note}\n`).join(''));
}

/** A journal of 100 entries that was closed, and of which the first 90 were signed before. */
async function closedJournal(): Promise<string> {
  const { audit, directory } = audits.open(options);
  const place = (n: number) => audit.record({ action: 'orders.place', actor: 'user:1', attributes: { n } });
  for (let n = 0; n < 90; n++) place(n);
  await audit.checkpoint();
  for (let n = 90; n < 100; n++) place(n);
  await audit.close();
  expect(await verifyJournal(directory)).toMatchObject({ ok: true, size: 100, checkpointed: 100 });
  return directory;
}

describe('a journal that somebody without the key has changed below its last checkpoint', () => {
  it.each([
    { how: 'rewritten', entries: 100, missing: 100 },
    { how: 'cut', entries: 93, missing: 7 },
  ])('when it was $how, is gone on with as signed by nobody, and says so', async ({ entries, missing }) => {
    const directory = await closedJournal();
    const victim = namesIn(directory)[1] as string;
    const [first, next] = namesIn(directory)
      .slice(1)
      .map((name) => Number(name.slice(0, 16))) as [number, number];
    const removal = {
      action: 'audit.journal.pruned',
      attributes: { earlier: [], first, last: next - 1 },
    };
    forgeFrom(directory, 92, [removal, ...Array(entries - 93).fill({ action: 'orders.place' })]);
    const { audit, seen } = audits.open({ ...options, directory });
    expect(seen('audit.recovered')).toMatchObject([{ size: entries, missing, unsigned: entries }]);
    expect(audit.status()).toMatchObject({ missing });
    for (let n = 0; n < 30; n++) audit.record({ action: 'orders.place' });
    await audit.close();
    replaceByHashes(directory, victim);
    keepCheckpoints(directory, (size) => size !== 100);
    // The process has signed over it; that does not make the removal one of retention.
    expect(await verifyJournal(directory, { keys: [keyOf(directory)] })).toMatchObject({
      ok: false,
      failures: [{ kind: 'removed', index: first }],
    });
  });
});

describe('a journal that was signed somewhere before its end', () => {
  it('takes over what came after that, however many segments ago it was', async () => {
    const { audit, directory } = audits.open(options);
    for (let n = 0; n < 30; n++) audit.record({ action: 'orders.place', attributes: { n } });
    await audit.checkpoint();
    for (const more of [1, 60]) {
      for (let n = 0; n < more; n++) audit.record({ action: 'orders.place', attributes: { n } });
      await audit.flush();
      const copy = crashCopy(directory, audits.directory());
      const { size } = audit.status();
      const again = audits.open({ ...options, directory: copy });
      expect(again.seen('audit.recovered')).toMatchObject([{ size, missing: 0, unsigned: size - 30 }]);
      await again.audit.close();
      expect(await verifyJournal(copy)).toMatchObject({ ok: true });
    }
    expect(namesIn(directory).length).toBeGreaterThan(3);
  });

  it('is believed to be where only hashes are left of what was signed', async () => {
    const opened = audits.open({ ...options, retention: { maxBytes: 8_192 } });
    opened.audit.record({ action: 'orders.place' });
    await opened.audit.checkpoint();
    await removeSome(opened, 2);
    await opened.audit.close();
    const { directory } = opened;
    keepCheckpoints(directory, (size) => size === 1);
    const { size } = opened.audit.status();
    const again = audits.open({ ...options, directory });
    expect(again.seen('audit.recovered')).toMatchObject([{ size, missing: 0, unsigned: size - 1 }]);
  });
});

describe('an entry that says that everything was taken over', () => {
  it('and was taken over itself, makes no removal of before one that nobody has signed', async () => {
    const opened = audits.open({ ...options, retention: { maxBytes: 20_000 } });
    const { audit, directory } = opened;
    await removeSome(opened, 3);
    await audit.checkpoint();
    audit.record({ action: 'orders.place' });
    await audit.flush();
    const copy = crashCopy(directory, audits.directory());
    const { size } = audit.status();
    forgeFrom(copy, size - 1, [{ action: 'audit.journal.recovered', attributes: { unsigned: size - 1 } }]);
    const whole = { ok: true, failures: [] };
    const again = audits.open({ ...options, directory: copy });
    expect(again.seen('audit.recovered')).toMatchObject([{ unsigned: 1 }]);
    await again.audit.close();
    expect(await verifyJournal(copy, { keys: [keyOf(copy)] })).toMatchObject(whole);
    // Nor does the process that removes the entries which say so forget what they say.
    const third = audits.open({ ...options, directory: copy, retention: { maxBytes: 20_000 } });
    await removeSome(third, 12);
    await third.audit.close();
    expect(await verifyJournal(copy, { keys: [keyOf(copy)] })).toMatchObject(whole);
  });
});
