import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VerificationFailure } from '../../src/verify/verification.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { type BuiltJournal, content, contents } from '../journal-builder.ts';
import { copyOf, editLines, evidenceOf, journals, temporaryDirectory, threeSegments } from './bed.ts';

const build = journals();
const parent = temporaryDirectory();

const closed = (): BuiltJournal =>
  build({ segments: threeSegments(), sealLast: true, checkpoints: [2, 4, 7] });

/** Index of each line of a segment; `undefined` for its header and seal. */
function indexesOf(directory: string, file: string): (number | undefined)[] {
  const lines = readFileSync(join(directory, file), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { index?: number }).index);
}

async function firstFailure(directory: string): Promise<VerificationFailure | undefined> {
  return (await verifyJournal(directory)).failures[0];
}

function segmentsOf(journal: BuiltJournal): string[] {
  return journal.files.map((name) => `segments/${name}`);
}

describe('a line', () => {
  it('that is removed is missed, and the first entry after the gap is named', async () => {
    const journal = closed();
    for (const file of segmentsOf(journal)) {
      for (const [at, index] of indexesOf(journal.directory, file).entries()) {
        const directory = copyOf(journal, join(parent, 'removed'));
        editLines(directory, file, (lines) => lines.toSpliced(at, 1));
        const failure = await firstFailure(directory);
        // The seal of the last segment says nothing that a checkpoint does not.
        if (index === undefined && file === segmentsOf(journal).at(-1) && at > 0)
          expect(failure).toBeUndefined();
        else expect(failure, `${file}, line ${at + 1}`).toMatchObject({ kind: 'removed', index, file });
      }
    }
  });

  it('that is there twice is found, where it stands for the second time', async () => {
    const journal = closed();
    for (const file of segmentsOf(journal)) {
      for (const [at, index] of indexesOf(journal.directory, file).entries()) {
        const directory = copyOf(journal, join(parent, 'twice'));
        editLines(directory, file, (lines) => lines.toSpliced(at, 0, lines[at] as string));
        const failure = await firstFailure(directory);
        expect(failure, `${file}, line ${at + 1}`).toMatchObject({ kind: 'inserted', file, line: at + 2 });
        if (index !== undefined) expect(failure?.index).toBe(index + 1);
      }
    }
  });

  it('that is written in between is found, whatever it is', async () => {
    const journal = closed();
    const foreign = build({ segments: [[content(99), content(100)]] });
    const strangers = ['', 'hello', '{}', '{"entry":{}}', ...foreign.lines, ...journal.lines.slice(0, 2)];
    for (const file of segmentsOf(journal)) {
      const indexes = indexesOf(journal.directory, file);
      for (let at = 1; at < indexes.length; at++) {
        for (const stranger of strangers) {
          if (stranger === journal.lines[indexes[at] ?? -1]) continue;
          const directory = copyOf(journal, join(parent, 'between'));
          editLines(directory, file, (lines) => lines.toSpliced(at, 0, stranger));
          const position = (indexes[at - 1] ?? (indexes[1] as number) - 1) + 1;
          const failure = await firstFailure(directory);
          expect(failure, `${file}, before line ${at + 1}: ${stranger}`).toMatchObject({
            kind: 'inserted',
            index: position,
            file,
            line: at + 1,
          });
        }
      }
    }
  });

  it('that has changed places with the next is found', async () => {
    const journal = closed();
    for (const file of segmentsOf(journal)) {
      const indexes = indexesOf(journal.directory, file);
      for (let at = 0; at + 1 < indexes.length; at++) {
        const directory = copyOf(journal, join(parent, 'swapped'));
        editLines(directory, file, (lines) =>
          lines.toSpliced(at, 2, lines[at + 1] as string, lines[at] as string),
        );
        const failure = await firstFailure(directory);
        const index = indexes[at] ?? indexes[at + 1];
        expect(failure, `${file}, line ${at + 1}`).toMatchObject({ kind: 'reordered', index, file });
      }
    }
  });

  it('that was moved further down is missed in its place', async () => {
    const journal = build({ segments: [contents(8)], sealLast: true });
    const [file = ''] = segmentsOf(journal);
    for (let from = 1; from <= 6; from++) {
      const directory = copyOf(journal, join(parent, 'moved'));
      editLines(directory, file, (lines) => {
        const [line = ''] = lines.splice(from, 1);
        return lines.toSpliced(8, 0, line);
      });
      expect(await firstFailure(directory)).toMatchObject({
        kind: 'reordered',
        index: from - 1,
        line: from + 1,
      });
    }
  });

  it('that is written in another way is found, though it says the same', async () => {
    const journal = closed();
    const ways: readonly ((line: string) => string)[] = [
      (line) => line.replace('{"entry":', '{ "entry":'),
      (line) => `${line} `,
      (line) => `${line}\r`,
      (line) => line.replace('orders', '\\u006frders'),
      (line) =>
        line.replace(/"action":"[^"]*",(.*?)"time":"([^"]*)"/, '"time":"$2",$1"action":"orders.place"'),
      (line) => line.replace(/"index":(\d+)/, '"index":$1.0'),
      (line) => line.replace(/,"prev":/, ',"more":1,"prev":'),
    ];
    for (const file of segmentsOf(journal)) {
      for (const [at, index] of indexesOf(journal.directory, file).entries()) {
        for (const [i, way] of ways.entries()) {
          if (index === undefined) continue;
          const directory = copyOf(journal, join(parent, 'way'));
          editLines(directory, file, (lines) => lines.toSpliced(at, 1, way(lines[at] as string)));
          expect(await firstFailure(directory), `${file}, line ${at + 1}, way ${i}`).toMatchObject({
            kind: 'changed',
            index,
            file,
            line: at + 1,
          });
        }
      }
    }
  });
});

describe('a file that is cut off', () => {
  it('at any byte is found, and the first entry that is missing is named', async () => {
    const journal = closed();
    const files = segmentsOf(journal);
    for (const file of files) {
      const bytes = readFileSync(join(journal.directory, file));
      const directory = copyOf(journal, join(parent, 'cut'));
      const isLast = file === files.at(-1);
      const indexes = indexesOf(directory, file);
      for (let length = 0; length < bytes.length; length++) {
        writeFileSync(join(directory, file), bytes.subarray(0, length));
        const failure = await firstFailure(directory);
        const complete = bytes.subarray(0, length).filter((byte) => byte === 0x0a).length;
        const next = indexes.slice(complete).find((index) => index !== undefined);
        if (isLast && next === undefined) {
          // All entries are there.
          expect(failure).toBeUndefined();
          continue;
        }
        expect(failure, `${file} cut to ${length} bytes`).toMatchObject({ file });
        expect(isLast ? ['truncated'] : ['removed', 'changed']).toContain(failure?.kind);
        if (next === undefined || complete > 0) expect(failure?.index, `${file} cut to ${length}`).toBe(next);
      }
    }
  }, 120_000);

  it('is seen by checkpoints kept elsewhere, even when those of the journal are cut off too', async () => {
    const journal = closed();
    const checkpoints = [journal.note(7)];
    const path = (directory: string) => join(directory, 'checkpoints');
    const bytes = readFileSync(path(journal.directory));
    const directory = copyOf(journal, join(parent, 'anchored'));
    for (let length = 0; length < bytes.length; length++) {
      truncateSync(path(directory), length);
      const found = await verifyJournal(directory, { checkpoints });
      expect(found, `checkpoints cut to ${length} bytes`).toMatchObject({ ok: true, checkpointed: 7 });
      writeFileSync(path(directory), bytes);
    }
    truncateSync(path(directory), 0);
    editLines(directory, segmentsOf(journal).at(-1) as string, (lines) => lines.slice(0, 2));
    expect(await verifyJournal(directory)).toMatchObject({ ok: true, size: 6 });
    expect((await verifyJournal(directory, { checkpoints })).failures).toMatchObject([
      { kind: 'truncated', index: 6 },
    ]);
  });

  it('of the key is found at every byte', async () => {
    const journal = closed();
    const directory = copyOf(journal, join(parent, 'key'));
    const bytes = readFileSync(join(directory, 'key.pub'));
    for (let length = 0; length < bytes.length; length++) {
      truncateSync(join(directory, 'key.pub'), length);
      expect(await firstFailure(directory)).toMatchObject({ kind: 'changed', file: 'key.pub' });
      writeFileSync(join(directory, 'key.pub'), bytes);
    }
    expect(evidenceOf(directory)).toHaveLength(5);
  });
});
