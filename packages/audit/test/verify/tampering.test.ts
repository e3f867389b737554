import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EntryContent } from '../../src/operation/entry.ts';
import type { Verification, VerifyOptions } from '../../src/verify/verification.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { type BuiltJournal, content, contents, type JournalPlan } from '../journal-builder.ts';
import { copyOf, edit, editLines, journals, temporaryDirectory, threeSegments } from './bed.ts';

const build = journals();
const parent = temporaryDirectory();
const [FIRST, SECOND, THIRD] = [0, 2, 5].map(
  (first) => `segments/${String(first).padStart(16, '0')}.jsonl`,
) as [string, string, string];
const { privateKey } = generateKeyPairSync('ed25519');

/** A journal of three segments, each entry with the same reason. */
function variant(reason: string, plan: Partial<JournalPlan> = {}): BuiltJournal {
  const segments = threeSegments().map((entries) =>
    entries.map((entry): EntryContent => ({ ...entry, reason })),
  );
  return build({ segments, sealLast: true, checkpoints: [1, 4, 7], privateKey, ...plan });
}

/** Spoils a copy of a journal and verifies it. */
async function spoil(
  journal: BuiltJournal,
  change: (directory: string) => void,
  options?: VerifyOptions,
): Promise<Verification> {
  const directory = copyOf(journal, join(parent, 'spoiled'));
  change(directory);
  return verifyJournal(directory, options);
}

function replace(file: string, by: BuiltJournal, theirs: string = file): (directory: string) => void {
  return (directory) => copyFileSync(join(by.directory, theirs), join(directory, file));
}

describe('a segment', () => {
  it('that is missing is found, wherever it was', async () => {
    const journal = variant('a');
    for (const [file, index] of [
      [FIRST, 0],
      [SECOND, 2],
    ] as const) {
      const { failures } = await spoil(journal, (directory) => rmSync(join(directory, file)));
      expect(failures).toMatchObject([{ kind: 'removed', index, file }]);
    }
    const { failures } = await spoil(journal, (directory) => rmSync(join(directory, THIRD)));
    expect(failures).toMatchObject([{ kind: 'truncated', index: 5, file: SECOND }]);
    const nothing = await spoil(journal, (directory) => {
      for (const file of [FIRST, SECOND, THIRD]) rmSync(join(directory, file));
    });
    expect(nothing.failures).toMatchObject([{ kind: 'truncated', index: 0 }]);
  });

  it('of another journal in its place is found', async () => {
    const journal = variant('a');
    const foreign = variant('a', { origin: 'example.org/other' });
    for (const [file, index] of [
      [FIRST, 0],
      [SECOND, 2],
      [THIRD, 5],
    ] as const) {
      const { failures } = await spoil(journal, replace(file, foreign));
      expect(failures[0]).toMatchObject({ kind: 'swapped', file });
      // The header alone tells, where the entries follow as well.
      expect([index, undefined]).toContain(failures[0]?.index);
    }
  });

  it('of another history in its place is found, though it has the same name and size', async () => {
    const journal = variant('a');
    const other = variant('b');
    for (const [file, index] of [
      [FIRST, 0],
      [SECOND, 2],
      [THIRD, 5],
    ] as const) {
      const { failures } = await spoil(journal, replace(file, other));
      expect(failures, file).toMatchObject([{ kind: 'swapped', index, file }]);
    }
    // With no checkpoint in its midst, the one after it tells which of two segments is the wrong one.
    const rarely = variant('a', { checkpoints: [7] });
    for (const [file, index] of [
      [FIRST, 0],
      [SECOND, 2],
    ] as const) {
      const { failures } = await spoil(rarely, replace(file, variant('b', { checkpoints: [7] })));
      expect(failures, file).toMatchObject([{ kind: 'swapped', index, file }]);
    }
  });

  it('that follows from the one before it and is yet another is found', async () => {
    const journal = variant('a');
    // The same first segment, and another second one.
    const segments = threeSegments().map((entries, i) =>
      entries.map((entry): EntryContent => ({ ...entry, reason: i === 1 ? 'b' : 'a' })),
    );
    for (const checkpoints of [[1, 4, 7], [7]]) {
      const forged = build({ segments, sealLast: true, checkpoints, privateKey });
      const original = variant('a', { checkpoints });
      const { failures } = await spoil(original, replace(SECOND, forged));
      expect(failures).toMatchObject([{ kind: 'swapped', index: 2, file: SECOND }]);
    }
    expect(journal.files).toHaveLength(3);
  });

  it('that is an older copy of itself is found', async () => {
    const journal = variant('a');
    const older = build({
      segments: threeSegments().map((entries) =>
        entries.slice(0, 2).map((entry) => ({ ...entry, reason: 'a' })),
      ),
      privateKey,
    });
    // As it was when it had two entries, and was not closed.
    const { failures } = await spoil(journal, (directory) => {
      replace(SECOND, older)(directory);
      editLines(directory, SECOND, (lines) => lines.slice(0, -1));
    });
    expect(failures).toMatchObject([{ kind: 'removed', index: 4, file: SECOND }]);
    const last = await spoil(journal, (directory) =>
      editLines(directory, THIRD, (lines) => lines.slice(0, 2)),
    );
    expect(last.failures).toMatchObject([{ kind: 'truncated', index: 6, file: THIRD }]);
  });

  it('that was renamed, or is there twice, is found', async () => {
    const journal = variant('a');
    const name = (first: number) => `segments/${String(first).padStart(16, '0')}.jsonl`;
    const renamed = await spoil(journal, (directory) =>
      renameSync(join(directory, SECOND), join(directory, name(3))),
    );
    expect(renamed.failures).toMatchObject([{ kind: 'swapped', index: 2, file: name(3) }]);
    const twice = await spoil(journal, (directory) =>
      copyFileSync(join(directory, FIRST), join(directory, name(3))),
    );
    expect(twice.failures).toMatchObject([{ kind: 'inserted', file: name(3) }]);
    const exchanged = await spoil(journal, (directory) => {
      renameSync(join(directory, SECOND), join(directory, 'x'));
      renameSync(join(directory, THIRD), join(directory, SECOND));
      renameSync(join(directory, 'x'), join(directory, THIRD));
    });
    expect(exchanged.failures).toMatchObject([{ kind: 'swapped', index: 2, file: SECOND }]);
  });

  it('that cannot be read is named', async () => {
    const { failures } = await spoil(variant('a'), (directory) => {
      rmSync(join(directory, SECOND));
      mkdirSync(join(directory, SECOND));
    });
    expect(failures).toMatchObject([{ kind: 'unreadable', index: 2, file: SECOND }]);
    expect(failures[0]?.message).toContain('is no regular file');
    chmodSync(parent, 0o700);
  });
});

describe('a history that was written anew', () => {
  it('from some entry on is found by the next checkpoint, and so is the first entry that may be another', async () => {
    const original = contents(9);
    for (const checkpoints of [[9], [3, 9], [3, 6, 9]]) {
      const plan = { privateKey, checkpoints, sealLast: true };
      const journal = build({ ...plan, segments: [original] });
      for (let from = 0; from < 9; from++) {
        const forged = original.map((entry, i) => (i === from ? { ...entry, reason: 'forged' } : entry));
        const other = build({ ...plan, segments: [forged] });
        const { failures } = await spoil(journal, replace(FIRST, other));
        const index = checkpoints.findLast((size) => size <= from) ?? 0;
        expect(failures, `from ${from}`).toMatchObject([{ kind: 'changed', index, line: index + 2 }]);
      }
    }
  });

  it('with checkpoints signed by somebody else is found', async () => {
    const journal = variant('a');
    const thief = generateKeyPairSync('ed25519').privateKey;
    const forged = variant('b', { privateKey: thief });
    const files = ['checkpoints', FIRST, SECOND, THIRD];
    const everything = (names: readonly string[]) => (directory: string) => {
      for (const name of names) replace(name, forged)(directory);
    };
    const resigned = await spoil(journal, everything(files));
    expect(resigned.failures).toMatchObject([{ kind: 'wrong-key', file: 'checkpoints', line: 1 }]);
    // With the key replaced as well, only a key or a checkpoint that was kept elsewhere can tell.
    const replaced = everything([...files, 'key.pub']);
    expect((await spoil(journal, replaced)).ok).toBe(true);
    expect((await spoil(journal, replaced, { keys: [journal.verifierKey] })).failures).toMatchObject([
      { kind: 'wrong-key', file: 'key.pub' },
    ]);
    const anchored = await spoil(journal, replaced, { checkpoints: [journal.note(4)] });
    expect(anchored.failures).toMatchObject([{ kind: 'wrong-key', file: 'checkpoints[0]' }]);
    const both = { checkpoints: [journal.note(4)], keys: [journal.verifierKey, forged.verifierKey] };
    // The other key is trusted for once, and with it what it has signed up to there.
    expect((await spoil(journal, replaced, both)).failures).toMatchObject([{ kind: 'changed', index: 1 }]);
  });
});

describe('what was recorded wrongly', () => {
  const cases: readonly (readonly [string, number, (entries: EntryContent[]) => void, RegExp])[] = [
    ['a time that goes back', 2, (entries) => entries.splice(2, 1, content(0)), /before the entry before it/],
    [
      'an end without a start',
      1,
      (entries) => entries.splice(1, 1, content(1, { phase: 'ended', started: 0 })),
      /not open/,
    ],
    [
      'an end that is there twice',
      3,
      (entries) => {
        entries.splice(1, 1, content(1, { phase: 'started' }));
        entries.splice(
          2,
          2,
          content(2, { phase: 'ended', started: 1 }),
          content(3, { phase: 'ended', started: 1 }),
        );
      },
      /not open/,
    ],
  ];
  it.each(cases)('%s is malformed', async (_, index, change, message) => {
    for (const count of [5, index + 1]) {
      const entries = contents(count);
      change(entries);
      for (const sealLast of [false, true]) {
        const { directory } = build({ segments: [entries.slice(0, count)], sealLast });
        const { failures } = await verifyJournal(directory);
        expect(failures).toMatchObject([{ kind: 'malformed', index, line: index + 2 }]);
        expect(failures[0]?.message).toMatch(message);
      }
    }
  });
});

describe('checkpoints', () => {
  const resign = (journal: BuiltJournal, sizes: readonly number[]) => (directory: string) =>
    writeFileSync(join(directory, 'checkpoints'), sizes.map((size) => `${journal.note(size)}\n`).join(''));

  it('that do not ascend are found', async () => {
    const journal = variant('a');
    for (const sizes of [
      [4, 4, 7],
      [4, 1, 7],
      [1, 4, 7, 7],
    ]) {
      const { failures } = await spoil(journal, resign(journal, sizes));
      expect(failures).toMatchObject([{ kind: 'bad-checkpoint', file: 'checkpoints' }]);
    }
  });

  it('of another journal, by the same key, are found', async () => {
    const journal = variant('a');
    const other = variant('a', { origin: 'example.org/other' });
    const note = other.note(7).replaceAll('example.org/other', 'example.org/journal');
    const forged = await spoil(journal, (directory) =>
      writeFileSync(join(directory, 'checkpoints'), `${note}\n`),
    );
    expect(forged.failures).toMatchObject([{ kind: 'wrong-key', file: 'checkpoints' }]);
    const keys: (string | KeyObject)[] = [other.verifierKey, journal.verifierKey];
    const anchored = await verifyJournal(journal.directory, { keys, checkpoints: [other.note(7)] });
    expect(anchored.failures).toMatchObject([{ kind: 'bad-checkpoint', file: 'checkpoints[0]' }]);
  });

  it('with anything behind them are found, however long it is', async () => {
    for (const bytes of [1, 1_000, 17 * 1024 ** 2]) {
      const { failures } = await spoil(variant('a'), (directory) =>
        appendFileSync(join(directory, 'checkpoints'), Buffer.alloc(bytes, 'Z')),
      );
      expect(failures).toMatchObject([{ kind: 'malformed', file: 'checkpoints' }]);
    }
  });

  it('whose size or root was changed are found by their signature', async () => {
    const journal = variant('a');
    const root = journal.rootAt(1);
    for (const change of [
      (text: string) => text.replace('\n4\n', '\n5\n'),
      (text: string) => text.replace(journal.rootAt(4), root),
    ]) {
      const { failures } = await spoil(journal, (directory) => edit(directory, 'checkpoints', change));
      expect(failures).toMatchObject([{ kind: 'bad-signature', file: 'checkpoints', line: 7 }]);
    }
  });

  it('with a cosignature are taken from elsewhere, and not in the file', async () => {
    const journal = variant('a');
    const [line = ''] = variant('a', { origin: 'witness' }).note(7).split('\n').slice(-2);
    const note = `${journal.note(7)}${line}\n`;
    expect(await verifyJournal(journal.directory, { checkpoints: [note] })).toMatchObject({ ok: true });
    const { failures } = await spoil(journal, (directory) =>
      writeFileSync(join(directory, 'checkpoints'), `${note}\n`),
    );
    expect(failures).toMatchObject([{ kind: 'malformed', file: 'checkpoints' }]);
  });

  it('need a key', async () => {
    const { failures } = await spoil(variant('a'), (directory) => rmSync(join(directory, 'key.pub')));
    expect(failures).toMatchObject([{ kind: 'removed', file: 'key.pub' }]);
  });
});

describe('retention', () => {
  it('that is not on record is a removal', async () => {
    for (const pruned of [1, 2]) {
      const { directory } = build({ segments: threeSegments(), pruned, recordPruning: false });
      expect((await verifyJournal(directory)).failures).toMatchObject([{ kind: 'removed', index: 0 }]);
    }
    // The record is of the first segment, and the second is gone as well.
    const journal = build({ segments: threeSegments(), pruned: 1 });
    const { failures } = await spoil(journal, (directory) => {
      const hashes = journal.leaves.slice(2, 5).map((leaf) => Buffer.from(leaf, 'base64'));
      rmSync(join(directory, SECOND));
      writeFileSync(join(directory, SECOND.replace('jsonl', 'hashes')), Buffer.concat(hashes));
    });
    expect(failures).toMatchObject([{ kind: 'removed', index: 2, file: SECOND.replace('jsonl', 'hashes') }]);
  });

  it('is not on record by an entry of another form', async () => {
    for (const attributes of [
      { first: 0, last: 1 },
      { earlier: 'none', first: 0, last: 1 },
      { earlier: [[0]], first: 0, last: 1 },
      { earlier: [], first: 0, last: 1, next: 7 },
    ]) {
      const entry = content(7, { action: 'audit.journal.pruned', attributes });
      const plan = { segments: [...threeSegments(), [entry]], pruned: 1, recordPruning: false };
      const { failures } = await verifyJournal(build(plan).directory);
      expect(failures).toMatchObject([{ kind: 'removed', index: 0 }]);
    }
  });

  it('leaves hashes that are found when they were changed, cut off or removed', async () => {
    const journal = build({ segments: threeSegments(), pruned: 2 });
    const [first, second] = [FIRST, SECOND].map((file) => file.replace('jsonl', 'hashes')) as [
      string,
      string,
    ];
    const gone = await spoil(journal, (directory) => rmSync(join(directory, first)));
    expect(gone.failures).toMatchObject([{ kind: 'removed', index: 0 }]);
    for (const [file, length, index] of [
      [first, 32, 1],
      [second, 64, 4],
    ] as const) {
      const cut = await spoil(journal, (directory) => {
        const path = join(directory, file);
        writeFileSync(path, readFileSync(path).subarray(0, length));
      });
      expect(cut.failures, file).toMatchObject([{ kind: 'removed', index }]);
    }
    const ragged = await spoil(journal, (directory) => {
      const path = join(directory, second);
      writeFileSync(path, readFileSync(path).subarray(0, 70));
    });
    expect(ragged.failures).toMatchObject([{ kind: 'changed', index: 4, file: second }]);
    const exchanged = await spoil(journal, (directory) => {
      const path = join(directory, second);
      const bytes = readFileSync(path);
      writeFileSync(path, Buffer.concat([bytes.subarray(32, 64), bytes.subarray(0, 32), bytes.subarray(64)]));
    });
    expect(exchanged.failures).toMatchObject([{ kind: 'changed', file: second }]);
  });
});

describe('what is read only in part', () => {
  it('is of another version: nothing is said of what follows', async () => {
    const journal = build({ segments: threeSegments(), sealLast: true, checkpoints: [2, 5, 7] });
    const options = { maxFailures: 10 };
    for (const file of [SECOND, THIRD]) {
      const { failures } = await spoil(
        journal,
        (directory) =>
          edit(directory, file, (text) =>
            text.replace('"first":', '"begins":').replace('"version":1', '"version":2'),
          ),
        options,
      );
      expect(failures).toMatchObject([{ kind: 'unreadable', index: undefined, file, line: 1 }]);
      expect(failures[0]?.message).toContain('version 2 of the format');
    }
  });

  it('is a journal of which only hashes are left at the end, which is not opened, either', async () => {
    const journal = build({ segments: threeSegments(), sealLast: true, checkpoints: [2, 5, 7] });
    const { failures } = await spoil(journal, (directory) => {
      const hashes = journal.leaves.slice(5).map((leaf) => Buffer.from(leaf, 'base64'));
      rmSync(join(directory, THIRD));
      writeFileSync(join(directory, THIRD.replace('jsonl', 'hashes')), Buffer.concat(hashes));
    });
    expect(failures).toMatchObject([
      { kind: 'removed', index: 7, file: 'segments/0000000000000007.jsonl', line: undefined },
    ]);
  });
});

describe('all failures', () => {
  it('are collected when they are asked for, each once and in order', async () => {
    const journal = build({
      segments: [contents(10), contents(10, 10), contents(10, 20)],
      sealLast: true,
      checkpoints: [5, 15, 25, 30],
    });
    const file = (i: number) => `segments/${journal.files[i]}`;
    const change = (directory: string) => {
      editLines(directory, file(0), (lines) =>
        lines.map((line, i) => (i === 4 ? line.replace('user:3', 'user:4') : line)),
      );
      editLines(directory, file(1), (lines) => lines.toSpliced(7, 1));
      editLines(directory, file(2), (lines) => lines.toSpliced(5, 0, lines[2] as string));
    };
    const found = await spoil(journal, change, { maxFailures: 100 });
    expect(found.failures.map(({ kind, index }) => [kind, index])).toEqual([
      ['changed', 3],
      ['removed', 16],
      ['inserted', 24],
    ]);
    expect(found).toMatchObject({ ok: false, size: 30 });
    expect((await spoil(journal, change, { maxFailures: 2 })).failures).toHaveLength(2);
    expect((await spoil(journal, change)).failures).toHaveLength(1);
  });
});
