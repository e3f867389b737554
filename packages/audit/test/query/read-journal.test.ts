import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headerLine } from '../../src/journal/format.ts';
import type { AuditEntry } from '../../src/operation/entry.ts';
import { type ReadOptions, readEntries } from '../../src/query/read-journal.ts';
import { type BuiltJournal, buildJournal, content, contents } from '../journal-builder.ts';
import { putPipe } from '../put-pipe.ts';
import { temporaryDirectory } from '../subjects/directory.ts';

async function all(directory: string, options?: ReadOptions): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of readEntries(directory, options)) entries.push(entry);
  return entries;
}

const indexes = (entries: readonly AuditEntry[]): number[] => entries.map(({ index }) => index);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const lastFile = (journal: BuiltJournal): string =>
  join(journal.directory, 'segments', journal.files.at(-1) ?? '');

function built(sizes: readonly number[], pruned = 0): BuiltJournal {
  let from = 0;
  const segments = sizes.map((size) => {
    from += size;
    return contents(size, from - size);
  });
  return buildJournal(temporaryDirectory(), { segments, pruned, recordPruning: false });
}

describe('reading a journal', () => {
  it('gives every entry with its content, index and leaf hash', async () => {
    const { directory, leaves } = built([3, 2, 4]);
    const entries = await all(directory);
    expect(entries).toEqual(leaves.map((hash, index) => ({ ...content(index), index, hash })));
    expect(await all(directory, { order: 'descending' })).toEqual(entries.reverse());
  });

  it('takes lines longer than a block', async () => {
    const long = content(0, { attributes: { text: 'ü'.repeat(700_000) } });
    const segments = [
      [long, ...contents(3, 1)],
      [content(4), { ...long, time: content(5).time }],
    ];
    const { directory, leaves } = buildJournal(temporaryDirectory(), { segments });
    const entries = await all(directory);
    expect(entries.map(({ hash }) => hash)).toEqual(leaves);
    expect(await all(directory, { order: 'descending' })).toEqual(entries.reverse());
    for (const at of range(0, 7)) {
      expect(indexes(await all(directory, { fromIndex: at }))).toEqual(range(at, 6));
      expect(indexes(await all(directory, { toIndex: at, order: 'descending' })).reverse()).toEqual(
        range(0, Math.min(at, 6)),
      );
    }
  });

  it('begins and ends at any index and time', async () => {
    // Enough for halving: some hundred kilobytes in the second segment.
    const sizes = [5, 2_000, 0, 3, 1];
    const { directory, size } = built(sizes);
    for (const from of [0, 1, 4, 5, 6, 7, 700, 1_234, 2_004, 2_005, 2_007, 2_008, 2_009, 5_000]) {
      for (const to of [0, 1, 5, 6, 1_234, 2_004, 2_005, 2_006, 2_009, 9_000]) {
        const expected = range(from, Math.max(from, Math.min(to, size)));
        const times = { fromMillis: Date.parse(content(from).time), toMillis: Date.parse(content(to).time) };
        for (const order of ['ascending', 'descending'] as const) {
          const wanted = order === 'ascending' ? expected : expected.toReversed();
          expect(indexes(await all(directory, { fromIndex: from, toIndex: to, order }))).toEqual(wanted);
          expect(indexes(await all(directory, { ...times, order }))).toEqual(wanted);
        }
      }
    }
  });

  it('finds all entries of one millisecond, wherever segments were cut', async () => {
    const time = content(7).time;
    const same = (count: number) => Array.from({ length: count }, () => content(0, { time }));
    const { directory } = buildJournal(temporaryDirectory(), {
      segments: [[content(1), ...same(2)], same(3), [...same(2), content(9)]],
    });
    const [fromMillis, toMillis] = [Date.parse(time), Date.parse(time) + 1];
    expect(indexes(await all(directory, { fromMillis, toMillis }))).toEqual(range(1, 8));
    expect(indexes(await all(directory, { toMillis: fromMillis }))).toEqual([0]);
    expect(indexes(await all(directory, { fromMillis: toMillis }))).toEqual([8]);
  });

  it('begins at the first entry that is kept', async () => {
    const { directory } = built([3, 3, 3], 2);
    expect(indexes(await all(directory))).toEqual([6, 7, 8]);
    expect(indexes(await all(directory, { fromIndex: 2, toIndex: 7 }))).toEqual([6]);
    expect(indexes(await all(directory, { fromMillis: Date.parse(content(1).time) }))).toEqual([6, 7, 8]);
  });

  it('goes on when retention removes what it has not come to', async () => {
    for (const order of ['ascending', 'descending'] as const) {
      const journal = built([1, 1, 1]);
      const seen: number[] = [];
      for await (const { index } of readEntries(journal.directory, { order })) {
        seen.push(index);
        rmSync(join(journal.directory, 'segments', journal.files[1] as string), { force: true });
      }
      expect(seen).toEqual(order === 'ascending' ? [0, 2] : [2, 0]);
    }
  });

  it('leaves out a line that is being written, and goes on to what comes later', async () => {
    for (const tail of ['{"entry":{"action"', '\0\0\0\0', 'x'.repeat(10_000)]) {
      const journal = built([2, 2]);
      appendFileSync(lastFile(journal), tail);
      expect(indexes(await all(journal.directory))).toEqual([0, 1, 2, 3]);
      expect(indexes(await all(journal.directory, { order: 'descending' }))).toEqual([3, 2, 1, 0]);
      expect(indexes(await all(journal.directory, { fromIndex: 3 }))).toEqual([3]);
    }
  });

  it('may go on while the journal is written, whatever part of a line is there', async () => {
    const directory = temporaryDirectory();
    const { files } = buildJournal(directory, { segments: [contents(3)] });
    const file = join(directory, 'segments', files[0] ?? '');
    const line = (index: number) => `${JSON.stringify({ entry: content(index), index, prev: '' })}\n`;
    for (let index = 3; index < 60; index++) {
      const text = line(index);
      const cut = (index * 7) % text.length;
      appendFileSync(file, text.slice(0, cut));
      expect(indexes(await all(directory, { order: 'descending', toIndex: index + 1 }))).toEqual(
        range(0, index).reverse(),
      );
      const seen: number[] = [];
      for await (const entry of readEntries(directory)) {
        // The rest comes while it is being read, and a whole line more.
        if (seen.length === 0) appendFileSync(file, text.slice(cut));
        seen.push(entry.index);
      }
      expect([index, index + 1]).toContain(seen.length);
      expect(seen).toEqual(range(0, seen.length));
    }
  });

  it('reads a journal without entries', async () => {
    const directory = temporaryDirectory();
    const { files } = buildJournal(directory, { segments: [[]] });
    expect(await all(directory)).toEqual([]);
    for (const text of [
      '',
      '{"segm',
      `${headerLine({ first: 0, frontier: [], open: [], origin: 'o', prev: '', version: 1 })}\n`,
    ]) {
      writeFileSync(join(directory, 'segments', files[0] ?? ''), text);
      for (const order of ['ascending', 'descending'] as const) {
        expect(await all(directory, { order, fromMillis: 1, toMillis: 2 })).toEqual([]);
        expect(await all(directory, { order })).toEqual([]);
      }
    }
  });

  it('stops at a line that cannot be read, and says where and what to do', async () => {
    const journal = built([2, 3]);
    const file = lastFile(journal);
    const text = readFileSync(file, 'utf8');
    const line = journal.lines[3] as string;
    for (const garbage of ['{"entry":', '\0\0', '[]', '{}', '']) {
      writeFileSync(
        file,
        text.replace(line, () => garbage),
      );
      const seen: number[] = [];
      const reading = (async () => {
        for await (const { index } of readEntries(journal.directory)) seen.push(index);
      })();
      const at = text.indexOf(line);
      await expect(reading).rejects.toMatchObject({
        code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
        message: expect.stringMatching(new RegExp(`segments/.*, byte ${at}.*instrument-audit verify`, 's')),
      });
      expect(seen).toEqual([0, 1, 2]);
    }
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe in the place of a segment', async () => {
    const journal = built([2, 3]);
    const file = lastFile(journal);
    putPipe(file);
    for (const order of ['ascending', 'descending'] as const) {
      await expect(all(journal.directory, { order })).rejects.toMatchObject({
        code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
        message: expect.stringMatching(/segments\/.* is no regular file.*instrument-audit verify/),
      });
    }
  });

  it('refuses a directory without a journal', async () => {
    const directory = temporaryDirectory();
    await expect(all(directory)).rejects.toMatchObject({ code: 'INSTRUMENT_INVALID_ARGUMENT' });
    await expect(all(join(directory, 'none'))).rejects.toThrow('"segments"');
  });
});
