import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { EMPTY_ROOT } from '../../src/merkle/frontier.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { content } from '../journal-builder.ts';
import { copyOf, journals, temporaryDirectory, threeSegments } from './bed.ts';

const build = journals();
const parent = temporaryDirectory();

describe('a journal as it was recorded', () => {
  it('is right, and its size, root and checkpoints are told', async () => {
    const journal = build({ segments: threeSegments(), sealLast: true, checkpoints: [0, 1, 5, 7] });
    expect(await verifyJournal(journal.directory)).toEqual({
      ok: true,
      directory: journal.directory,
      origin: 'example.org/journal',
      entries: 7,
      pruned: 0,
      size: 7,
      root: journal.root,
      checkpoints: 4,
      checkpointed: 7,
      key: journal.verifierKey,
      failures: [],
      notices: [],
    });
  });

  it('is right with keys and checkpoints that were kept elsewhere', async () => {
    const journal = build({ segments: threeSegments(), checkpoints: [3] });
    const checkpoints = [journal.note(7), `${journal.note(3)}\n`, journal.note(1)];
    const stranger = generateKeyPairSync('ed25519').publicKey;
    for (const key of [journal.verifierKey, `${journal.verifierKey}\n`, journal.privateKey]) {
      const found = await verifyJournal(journal.directory, { keys: [stranger, key], checkpoints });
      expect(found).toMatchObject({ ok: true, checkpoints: 4, checkpointed: 7, key: journal.verifierKey });
    }
  });

  it('that was begun just now is right', async () => {
    const journal = build({ segments: [[]], checkpoints: [] });
    expect(await verifyJournal(journal.directory)).toMatchObject({ ok: true, size: 0, root: EMPTY_ROOT });
    rmSync(join(journal.directory, 'segments', journal.files[0] as string));
    rmSync(join(journal.directory, 'checkpoints'));
    expect(await verifyJournal(journal.directory)).toMatchObject({
      ok: true,
      size: 0,
      notices: [expect.stringContaining('There are no checkpoints')],
    });
  });

  it('may have an empty segment at its end', async () => {
    const journal = build({ segments: [...threeSegments(), []] });
    expect(await verifyJournal(journal.directory)).toMatchObject({ ok: true, size: 7, notices: [] });
  });

  it('may have a beginning that retention has removed, when that is on record', async () => {
    for (const pruned of [1, 2]) {
      const journal = build({ segments: threeSegments(), pruned, checkpoints: [1, 4, 8] });
      expect(await verifyJournal(journal.directory)).toMatchObject({
        ok: true,
        entries: pruned === 1 ? 6 : 3,
        pruned: pruned === 1 ? 2 : 5,
        size: 8,
        root: journal.root,
        checkpoints: 3,
      });
    }
  });

  it('is right with the hashes of a segment that is about to be removed', async () => {
    const journal = build({ segments: threeSegments() });
    writeFileSync(join(journal.directory, 'segments', '0000000000000000.hashes'), '');
    const found = await verifyJournal(journal.directory);
    expect(found.ok).toBe(true);
    expect(found.notices.join()).toContain('is not needed yet');
  });
});

describe('a journal that is in use, or was left by a crash', () => {
  it('is right up to the line that is being written, and that is said', async () => {
    const journal = build({ segments: threeSegments() });
    const directory = copyOf(journal, join(parent, 'torn'));
    const file = join(directory, 'segments', journal.files[2] as string);
    const line = `{"entry":{},"index":7,"prev":"${journal.leaves[6]}"}`;
    for (const torn of ['{', '{"entry":{"act', line]) {
      appendFileSync(file, torn);
      const found = await verifyJournal(directory);
      expect(found).toMatchObject({ ok: true, size: 7, checkpointed: 7 });
      expect(found.notices.join()).toContain('is not complete');
      copyOf(journal, directory);
    }
  });

  it('is right while a segment is begun', async () => {
    const journal = build({ segments: [...threeSegments(), []] });
    const file = join(journal.directory, 'segments', journal.files[3] as string);
    for (const length of [100, 1, 0]) {
      truncateSync(file, length);
      const found = await verifyJournal(journal.directory);
      expect(found).toMatchObject({ ok: true, size: 7 });
      expect(found.notices).toHaveLength(1);
    }
  });

  it('says which entries no checkpoint covers', async () => {
    const some = await verifyJournal(build({ segments: threeSegments(), checkpoints: [4] }).directory);
    expect(some).toMatchObject({ ok: true, checkpointed: 4 });
    expect(some.notices.join()).toContain('the last 3 entries');
    const { directory } = build({ segments: threeSegments() });
    rmSync(join(directory, 'checkpoints'));
    expect((await verifyJournal(directory)).notices.join()).toContain('There are no checkpoints');
  });

  it('says which files are not of the journal, and lets them be', async () => {
    const journal = build({ segments: threeSegments() });
    writeFileSync(join(journal.directory, 'notes.txt'), '');
    writeFileSync(join(journal.directory, 'segments', '5.jsonl'), '');
    writeFileSync(join(journal.directory, 'lock'), '');
    const found = await verifyJournal(journal.directory);
    expect(found.ok).toBe(true);
    expect(found.notices.toSorted()).toEqual([
      'notes.txt is no file of the journal.',
      'segments/5.jsonl is no file of the journal.',
    ]);
  });
});

describe('verification', () => {
  it('refuses what is no journal, and what is no key or checkpoint', async () => {
    const journal = build({ segments: threeSegments() });
    const empty = join(parent, 'empty');
    mkdirSync(empty);
    await expect(verifyJournal(join(parent, 'nowhere'))).rejects.toThrow(
      /no journal that can be read.*\n.*ENOENT/,
    );
    await expect(verifyJournal(empty)).rejects.toThrow('a directory without segments');
    const refused = verifyJournal(journal.directory, { keys: ['x', journal.verifierKey, 'y'] });
    await expect(refused).rejects.toMatchObject({ problems: [{ path: 'keys[0]' }, { path: 'keys[2]' }] });
    const checkpoints = ['x', journal.note(2)];
    await expect(verifyJournal(journal.directory, { checkpoints })).rejects.toThrow(InstrumentError);
  });

  it('tells how far it is, and ends when it is aborted', async () => {
    const large = content(0, { reason: 'x'.repeat(60_000) });
    const journal = build({ segments: [Array.from({ length: 40 }, () => large)] });
    const seen: number[] = [];
    const found = await verifyJournal(journal.directory, {
      onProgress: ({ bytes, entries, totalBytes }) => {
        expect(bytes).toBeLessThanOrEqual(totalBytes);
        seen.push(entries);
      },
    });
    expect(found.ok).toBe(true);
    expect(seen.length).toBeGreaterThan(1);
    const controller = new AbortController();
    const reason = new Error('enough');
    const aborted = verifyJournal(journal.directory, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(aborted).rejects.toBe(reason);
    await expect(verifyJournal(journal.directory, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
