import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryContent } from '../../src/operation/entry.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { type BuiltJournal, content } from '../journal-builder.ts';
import { copyOf, evidenceOf, journals, temporaryDirectory } from './bed.ts';

const build = journals();
const parent = temporaryDirectory();

/** A journal, by the numbers that it is made of. */
const plans = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  texts: fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 4 }),
  starts: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
  signed: fc.uniqueArray(fc.nat(24), { maxLength: 4 }),
  sealLast: fc.boolean(),
});

function journalOf({ sizes, texts, starts, signed, sealLast }: PlanNumbers): BuiltJournal {
  const open: number[] = [];
  let index = 0;
  const next = (): EntryContent => {
    const at = index++;
    const reason = texts[at % texts.length] as string;
    const attributes = { [reason]: at, nested: { list: [reason, null, at / 3] } };
    if (starts[at] === true) {
      open.push(at);
      return content(at, { phase: 'started', reason, attributes });
    }
    const started = open.shift();
    return content(at, { reason, attributes, ...(started === undefined ? {} : { phase: 'ended', started }) });
  };
  const segments = sizes.map((size) => Array.from({ length: size }, next));
  // The whole is signed, so that everything can be found.
  const checkpoints = [...signed.filter((size) => size < index).sort((a, b) => a - b), index];
  return build({ segments, sealLast, checkpoints });
}

interface PlanNumbers {
  readonly sizes: readonly number[];
  readonly texts: readonly string[];
  readonly starts: readonly boolean[];
  readonly signed: readonly number[];
  readonly sealLast: boolean;
}

/** What is done to a file: numbers are taken modulo what there is. */
const damages = fc.record({
  file: fc.nat(),
  how: fc.constantFrom(
    'flip',
    'overwrite',
    'cut',
    'insert',
    'delete',
    'line',
    'lines',
    'move',
    'remove',
    'rename',
  ),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 200 }),
  byte: fc.integer({ min: 1, max: 255 }),
});

function damage(directory: string, numbers: DamageNumbers): void {
  const { at, file, how } = numbers;
  const files = evidenceOf(directory);
  const path = join(directory, files[file % files.length] as string);
  if (how === 'remove') rmSync(path);
  else if (how === 'rename')
    renameSync(path, join(directory, 'segments', `${String(at % 30).padStart(16, '0')}.jsonl`));
  else writeFileSync(path, damaged(readFileSync(path), numbers));
}

function damaged(bytes: Buffer, { at, byte, how, length }: DamageNumbers): Buffer {
  const from = at % Math.max(1, bytes.length);
  const before = bytes.subarray(0, from);
  const after = (skip: number) => bytes.subarray(from + skip);
  if (how === 'flip') return Buffer.concat([before, Buffer.of((bytes[from] ?? 0) ^ byte), after(1)]);
  if (how === 'overwrite') return Buffer.concat([before, Buffer.alloc(length, byte), after(length)]);
  if (how === 'cut') return before;
  if (how === 'insert') return Buffer.concat([before, Buffer.alloc(length, byte), after(0)]);
  if (how === 'delete') return Buffer.concat([before, after(length)]);
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  const [line, other] = [at % Math.max(1, lines.length), byte % Math.max(1, lines.length)];
  if (how === 'line') lines.splice(line, 1 + (length % 3));
  else if (how === 'lines') lines.splice(line, 0, ...lines.slice(other, other + 1 + (length % 3)));
  else lines.splice(other, 0, ...lines.splice(line, 1));
  return Buffer.from(lines.map((text) => `${text}\n`).join(''), 'latin1');
}

interface DamageNumbers {
  readonly file: number;
  readonly how: string;
  readonly at: number;
  readonly length: number;
  readonly byte: number;
}

/** All of the evidence as text, to see whether anything was changed at all. */
function evidence(directory: string): string {
  return evidenceOf(directory)
    .map((file) => `${file}\n${readFileSync(join(directory, file)).toString('latin1')}`)
    .join('\0');
}

/** The lines of entries, in the order of the names of their files: what must not change. */
function entriesIn(directory: string): string[] {
  const files = evidenceOf(directory).filter((file) => file.startsWith('segments/'));
  return files.sort().flatMap((file) => {
    const lines = readFileSync(join(directory, file)).toString('latin1').split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith('{"entry":'));
  });
}

describe('any journal', () => {
  it('is right as it was recorded', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const journal = journalOf(plan);
        const found = await verifyJournal(journal.directory);
        expect(found).toMatchObject({
          ok: true,
          size: journal.size,
          root: journal.root,
          checkpointed: journal.size,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is never right, nor what makes verification fail, once entries that were signed are others', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.array(damages, { minLength: 1, maxLength: 3 }), async (plan, all) => {
        const journal = journalOf(plan);
        const directory = copyOf(journal, join(parent, 'damaged'));
        const [original, entries] = [evidence(directory), entriesIn(directory)];
        for (const one of all) damage(directory, one);
        if (evidence(directory) === original) return;
        const checkpoints = [journal.note(journal.size)];
        const keys = [journal.verifierKey];
        const found = await verifyJournal(directory, { checkpoints, keys, maxFailures: 1_000 });
        const same = entriesIn(directory);
        const firstOther = entries.findIndex((line, i) => line !== same[i]);
        if (firstOther >= 0 || same.length !== entries.length) expect(found.ok).toBe(false);
        expect(found.ok).toBe(found.failures.length === 0);

        // The first failure that names an entry never lies behind the first that is another.
        const first = await verifyJournal(directory, { checkpoints, keys });
        expect(first.failures).toEqual(found.failures.slice(0, 1));
        const index = first.failures[0]?.index;
        if (index !== undefined && firstOther >= 0 && all.length === 1)
          expect(index).toBeLessThanOrEqual(firstOther);
      }),
      { numRuns: 400 },
    );
  }, 120_000);
});
