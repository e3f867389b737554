import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Verification } from '../../src/verify/verification.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import type { BuiltJournal } from '../journal-builder.ts';
import { copyOf, evidenceOf, journals, temporaryDirectory, threeSegments } from './bed.ts';

const build = journals();
const parent = temporaryDirectory();
/** Copies that are spoiled at the same time. */
const COPIES = 8;
/** The lowest bit, that between small and capital letters, and the one that no ASCII has. */
const BITS = [1, 0x20, 0x80] as const;

interface Shape {
  readonly name: string;
  readonly bits: readonly number[];
  /** Files whose bytes are changed; those of other shapes are not changed again. */
  readonly files: RegExp;
  readonly make: () => BuiltJournal;
}

const shapes: readonly Shape[] = [
  {
    name: 'closed',
    bits: BITS,
    files: /./,
    make: () => build({ segments: threeSegments(), sealLast: true, checkpoints: [2, 4, 7] }),
  },
  {
    name: 'in use',
    bits: BITS,
    files: /5\.jsonl/,
    make: () => build({ segments: threeSegments(), checkpoints: [2, 6, 7] }),
  },
  {
    name: 'pruned',
    bits: BITS,
    files: /hashes|2\.jsonl/,
    make: () => build({ segments: threeSegments(), pruned: 1, checkpoints: [1, 2, 5, 8] }),
  },
];

/** A change of one byte. */
interface Flip {
  readonly file: string;
  readonly offset: number;
  readonly bits: number;
}

function* flipsOf(directory: string, { bits, files }: Shape): Generator<Flip> {
  for (const file of evidenceOf(directory).filter((name) => files.test(name))) {
    const { length } = readFileSync(join(directory, file));
    for (let offset = 0; offset < length; offset++) for (const bit of bits) yield { file, offset, bits: bit };
  }
}

/** The entry that a byte belongs to; `undefined` for what is no entry. */
function entryAt(file: string, bytes: Buffer, offset: number): number | undefined {
  if (!file.startsWith('segments/')) return undefined;
  if (file.endsWith('.hashes')) return Math.floor(offset / 32);
  const start = offset === 0 ? 0 : bytes.lastIndexOf('\n', offset - 1) + 1;
  const end = bytes.indexOf('\n', start);
  const line = JSON.parse(bytes.toString('utf8', start, end)) as { index?: number };
  return line.index;
}

describe.each(shapes)('a journal that is $name', (shape) => {
  it('has no byte that can be changed unnoticed, and the entry of the byte is named', async () => {
    const journal = shape.make();
    expect(await verifyJournal(journal.directory)).toMatchObject({ ok: true, notices: [] });
    const flips = flipsOf(journal.directory, shape);
    const wrong: string[] = [];
    const spoil = async (copy: number): Promise<void> => {
      const directory = copyOf(journal, join(parent, `${shape.name} ${copy}`));
      for (const { file, offset, bits } of flips) {
        const path = join(directory, file);
        const good = readFileSync(path);
        const bytes = Buffer.from(good);
        bytes[offset] = (bytes[offset] as number) ^ bits;
        writeFileSync(path, bytes);
        const problem = problemOf(await verifyJournal(directory), file, entryAt(file, good, offset));
        if (problem !== undefined) wrong.push(`${file}, byte ${offset} ^ ${bits}: ${problem}`);
        writeFileSync(path, good);
      }
    };
    await Promise.all(Array.from({ length: COPIES }, (_, copy) => spoil(copy)));
    expect(wrong).toEqual([]);
  }, 120_000);
});

function problemOf(found: Verification, file: string, index: number | undefined): string | undefined {
  const [failure] = found.failures;
  if (found.ok || failure === undefined) return 'not found';
  const text = `${failure.kind} ${failure.index} in ${failure.file}: ${failure.message}`;
  if (failure.file !== file) return text;
  if (index !== undefined && (failure.index !== index || failure.kind !== 'changed')) return text;
  return undefined;
}
