import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitNotes } from '../../src/checkpoint/split-notes.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { type BuiltJournal, content } from '../journal-builder.ts';
import { journals } from './bed.ts';
import { replaceByHashes } from './forged-segments.ts';
import { removeNext, restless } from './restless.ts';

const build = journals();
const { privateKey } = generateKeyPairSync('ed25519');

describe('a journal from which more is removed each time that it is read', () => {
  it('is neither whole nor not, and that is what its failure says', async () => {
    const journal = build({ segments: restless() });
    const found = await verifyJournal(journal.directory, { onProgress: () => removeNext(journal.directory) });
    expect(found).toMatchObject({ ok: false, failures: [{ kind: 'undecided' }] });
    expect(found.failures[0]?.message).toMatch(/could not be told.*verified/);
    // At rest, it is not what was recorded.
    expect(await verifyJournal(journal.directory)).toMatchObject({
      ok: false,
      failures: [{ kind: 'removed', index: 20 }],
    });
  });
});

describe('a journal that is signed each time that it is read', () => {
  /** Signs one state more. */
  function signNext({ directory, note }: BuiltJournal): void {
    const path = join(directory, 'checkpoints');
    const last = splitNotes(readFileSync(path, 'utf8')).at(-1)?.split('\n')[1];
    appendFileSync(path, `${note(Number(last) + 1)}\n`);
  }

  it('is not as it was recorded when what is missing was gone before, and is not on record', async () => {
    const segments = [...restless(), Array.from({ length: 20 }, (_, i) => content(26 + i))];
    const journal = build({ segments, privateKey, checkpoints: [26] });
    replaceByHashes(journal.directory, journal.files[2] as string);
    let rounds = 0;
    const found = await verifyJournal(journal.directory, {
      onProgress: () => {
        rounds++;
        signNext(journal);
      },
    });
    // Once to see what is gone, and once to see that nothing which was signed by then says so.
    expect(rounds).toBe(2);
    expect(found).toMatchObject({ ok: false, failures: [{ kind: 'removed', index: 21 }] });
  });
});
