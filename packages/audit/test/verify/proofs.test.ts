import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { checkProof } from '../../src/verify/check-proof.ts';
import { proveEntry, proveGrowth } from '../../src/verify/make-proof.ts';
import { content } from '../journal-builder.ts';
import { putPipe } from '../put-pipe.ts';
import { copyOf, edit, journals, temporaryDirectory, threeSegments } from './bed.ts';

const build = journals();
const parent = temporaryDirectory();

describe('a proof of an entry', () => {
  it('is checked with the key alone, for every entry, also where only hashes are left', async () => {
    const journal = build({ segments: threeSegments(), pruned: 1, checkpoints: [3, 8] });
    for (let index = 0; index < 8; index++) {
      const proof = JSON.stringify(await proveEntry(journal.directory, index));
      expect(JSON.parse(proof).entry).toBe(index < 2 ? undefined : journal.lines[index]);
      const checked = checkProof(proof, [journal.verifierKey]);
      expect(checked).toMatchObject({ ok: true, problem: undefined, key: journal.verifierKey });
      expect(checked.statement).toContain(`number ${index} of the 8 entries`);
    }
  });

  it('proves nothing once any part of it is changed', async () => {
    const journal = build({ segments: threeSegments() });
    const proof = await proveEntry(journal.directory, 3);
    const other = await proveEntry(journal.directory, 4);
    const keys = [journal.verifierKey];
    expect(checkProof(proof, keys).ok).toBe(true);
    const spoiled: readonly (readonly [unknown, RegExp])[] = [
      [{ ...proof, index: 4 }, /not entry 4/],
      [{ ...proof, entry: other.entry }, /another hash/],
      [{ ...proof, entry: other.entry, leaf: other.leaf }, /not entry 3/],
      [{ ...proof, entry: undefined, leaf: other.leaf }, /does not lead/],
      [{ ...proof, path: other.path }, /does not lead/],
      [{ ...proof, path: proof.path.slice(1) }, /does not lead/],
      [{ ...proof, path: ['x'] }, /no list of hashes/],
      [{ ...proof, size: 6 }, /covers 7 entries/],
      [{ ...proof, origin: 'example.org/other' }, /is of the journal/],
      [{ ...proof, checkpoint: proof.checkpoint.replace('\n7\n', '\n8\n') }, /signature .* is wrong/],
      [{ ...proof, checkpoint: '' }, /cannot be read/],
      [{ ...proof, version: 2 }, /version/],
      [{ ...proof, type: 'other' }, /no known type/],
      [{ ...proof, leaf: 'x' }, /lacks/],
      ['{', /no proof that can be read/],
      [null, /is an object/],
    ];
    for (const [value, expected] of spoiled) {
      const checked = checkProof(value, keys);
      expect(checked.ok).toBe(false);
      expect(checked.problem).toMatch(expected);
    }
    const stranger = generateKeyPairSync('ed25519').publicKey;
    expect(checkProof(proof, [stranger]).problem).toContain('no key that is trusted');
    expect(() => checkProof(proof, ['no key'])).toThrow(InstrumentError);
    expect(checkProof(proof, [journal.privateKey]).ok).toBe(true);
  });

  it('proves nothing of a text that only UTF-8 makes the same', async () => {
    const journal = build({ segments: [[content(0, { reason: 'paid to \ufffd' })]] });
    const proof = await proveEntry(journal.directory, 0);
    expect(checkProof(proof, [journal.verifierKey]).ok).toBe(true);
    const spoiled = { ...proof, entry: proof.entry?.replace('\ufffd', '\ud800') };
    expect(checkProof(spoiled, [journal.verifierKey])).toMatchObject({
      ok: false,
      problem: expect.stringContaining('was changed'),
    });
  });

  it('is not made of what is not there or was changed', async () => {
    const journal = build({ segments: threeSegments(), checkpoints: [5] });
    for (const index of [-1, 0.5, 5, 7, Number.NaN]) {
      await expect(proveEntry(journal.directory, index)).rejects.toThrow('from 0 to 4');
    }
    const unsigned = build({ segments: [[content(0)]], checkpoints: [] });
    await expect(proveEntry(unsigned.directory, 0)).rejects.toThrow('there is none');
    await expect(proveEntry(join(parent, 'nowhere'), 0)).rejects.toThrow(InstrumentError);
    const directory = copyOf(journal, join(parent, 'changed'));
    edit(directory, 'segments/0000000000000002.jsonl', (text) => text.replace('user:3', 'user:4'));
    await expect(proveEntry(directory, 0)).rejects.toThrow('do not lead to the root');
  });
});

describe.skipIf(process.platform === 'win32')('a proof from files of which one is a pipe', () => {
  it.each(['segments/0000000000000002.jsonl', 'checkpoints'])(
    'says that %s cannot be read, and what to do',
    async (file) => {
      const { directory } = build({ segments: threeSegments() });
      putPipe(join(directory, file));
      for (const prove of [() => proveEntry(directory, 3), () => proveGrowth(directory, 2)]) {
        await expect(prove()).rejects.toMatchObject({
          code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
          message: expect.stringMatching(/is no regular file.*instrument-audit verify/),
        });
      }
    },
  );
});

describe('a proof of growth', () => {
  it('is checked with the key alone, between any states', async () => {
    const journal = build({ segments: threeSegments(), checkpoints: [2, 5, 7], sealLast: true });
    for (const to of [2, 5, 7]) {
      for (let from = 0; from <= to; from++) {
        const proof = await proveGrowth(journal.directory, from, to);
        expect(proof.from.root).toBe(journal.rootAt(from));
        expect(proof.from.checkpoint !== undefined).toBe([2, 5, 7].includes(from));
        expect(checkProof(JSON.stringify(proof), [journal.verifierKey]), `${from} to ${to}`).toMatchObject({
          ok: true,
          key: journal.verifierKey,
        });
      }
    }
    expect((await proveGrowth(journal.directory, 3)).to.size).toBe(7);
  });

  it('proves nothing once any part of it is changed', async () => {
    const journal = build({ segments: threeSegments(), checkpoints: [2, 5, 7] });
    const keys = [journal.verifierKey];
    const proof = await proveGrowth(journal.directory, 2, 7);
    const { from, to } = proof;
    const root = journal.rootAt(3);
    const spoiled: readonly (readonly [unknown, RegExp])[] = [
      [{ ...proof, from: { ...from, root } }, /earlier state is not/],
      [{ ...proof, to: { ...to, root } }, /later state is not/],
      [{ ...proof, from: { size: 2, root } }, /does not lead/],
      [{ ...proof, from: { size: 3, root: from.root } }, /does not lead/],
      [{ ...proof, to: { size: to.size, root: to.root } }, /Nobody has signed/],
      [{ ...proof, from: { ...from, checkpoint: journal.note(5) } }, /covers 5 entries/],
      [{ ...proof, path: [] }, /does not lead/],
      [{ ...proof, from: {} }, /lacks one of its states/],
    ];
    for (const [value, expected] of spoiled) expect(checkProof(value, keys).problem).toMatch(expected);
  });

  it('ends at a state that was signed', async () => {
    const journal = build({ segments: threeSegments(), checkpoints: [5] });
    await expect(proveGrowth(journal.directory, 2, 4)).rejects.toThrow('the last is at 5');
    await expect(proveGrowth(journal.directory, 6, 5)).rejects.toThrow('from 0 to 5');
  });
});
