import { appendFileSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkProof } from '../../src/verify/check-proof.ts';
import { proveEntry, proveGrowth } from '../../src/verify/make-proof.ts';
import { content } from '../journal-builder.ts';
import { journals, threeSegments } from './bed.ts';
import { replaceByHashes } from './forged-segments.ts';

/** What happens right after the segments were listed, with the names that the listing has. */
const listing = vi.hoisted(() => ({
  count: 0,
  after: (names: readonly string[]): readonly string[] => names,
}));

vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...fs,
    readdir: async (path: string, options: { withFileTypes: true }) => {
      const entries = await fs.readdir(path, options);
      if (!path.endsWith('segments')) return entries;
      listing.count++;
      const kept = listing.after(entries.map(({ name }) => name));
      return entries.filter(({ name }) => kept.includes(name));
    },
  };
});

const build = journals();
beforeEach(() => {
  listing.count = 0;
  listing.after = (names) => names;
});

/** A journal, and what makes it another one with a segment more, which is signed as well. */
function growing() {
  const [first = [], second = [], third = []] = threeSegments();
  const journal = build({ segments: [first, second], sealLast: true });
  const { privateKey } = journal;
  const after = build({ segments: [first, second, third], checkpoints: [5, 7], privateKey });
  const grow = (): void => {
    const name = after.files[2] as string;
    copyFileSync(join(after.directory, 'segments', name), join(journal.directory, 'segments', name));
    const notes = readFileSync(join(after.directory, 'checkpoints'));
    const known = readFileSync(join(journal.directory, 'checkpoints')).length;
    appendFileSync(join(journal.directory, 'checkpoints'), notes.subarray(known));
  };
  return { journal, grow };
}

describe('a proof of a journal that is in use', () => {
  it('is made of what was signed when its segments were listed, when one is begun and signed after that', async () => {
    const proofs = {
      inclusion: (directory: string) => proveEntry(directory, 3),
      consistency: (directory: string) => proveGrowth(directory, 2),
    };
    for (const [name, prove] of Object.entries(proofs)) {
      const { grow, journal } = growing();
      listing.after = (names) => {
        grow();
        listing.after = (later) => later;
        return names;
      };
      const keys = [journal.verifierKey];
      expect(checkProof(await prove(journal.directory), keys), name).toMatchObject({ ok: true });
      // The next one is of all that is signed by now.
      expect(await prove(journal.directory)).toMatchObject(
        name === 'inclusion' ? { size: 7 } : { to: { size: 7 } },
      );
    }
  });

  it('is made anew when the listing has missed a segment that retention was replacing', async () => {
    const journal = build({ segments: threeSegments() });
    const [gone = ''] = journal.files;
    listing.after = (names) => {
      replaceByHashes(journal.directory, gone);
      listing.after = (later) => later;
      return names.filter((name) => name !== gone);
    };
    const proof = await proveEntry(journal.directory, 3);
    expect(checkProof(proof, [journal.verifierKey])).toMatchObject({ ok: true });
    const growth = await proveGrowth(journal.directory, 3);
    expect(checkProof(growth, [journal.verifierKey])).toMatchObject({ ok: true });
  });

  it('is not made for ever of one whose files change each time', async () => {
    const journal = build({ segments: [...threeSegments(), [content(7)]] });
    listing.after = (names) => names.filter((_, i) => i !== listing.count % names.length);
    await expect(proveGrowth(journal.directory, 3)).rejects.toThrow('`verify` tells');
    expect(listing.count).toBeLessThan(20);
  });
});

describe('a journal that has not all of the entries that were signed', () => {
  it('is told from one whose entries are others', async () => {
    const journal = build({ segments: threeSegments() });
    const [, , last = ''] = journal.files;
    listing.after = (names) => names.filter((name) => name !== last);
    const fewer = { code: 'INSTRUMENT_INVALID_ARGUMENT', message: expect.stringMatching(/fewer entries/) };
    await expect(proveEntry(journal.directory, 3)).rejects.toMatchObject(fewer);
    await expect(proveGrowth(journal.directory, 3)).rejects.toMatchObject(fewer);
    listing.after = (names) => [...names].reverse().slice(1);
    await expect(proveEntry(journal.directory, 3)).rejects.toMatchObject(fewer);
  });
});
