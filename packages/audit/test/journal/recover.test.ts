import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import { loadSigningKey } from '../../src/checkpoint/signing-key.ts';
import { Checkpointer } from '../../src/journal/checkpointer.ts';
import { leafHash } from '../../src/merkle/frontier.ts';
import { putPipe } from '../put-pipe.ts';
import { openJournal } from './open-journal.ts';
import { useScratch } from './scratch.ts';
import { entriesOf, segmentsOf } from './segments-of.ts';

const scratch = useScratch();
afterEach(() => diag.disable());

function numbersOf(directory: string): unknown[] {
  return entriesOf(directory).map(({ entry }) => (entry.attributes as { n: unknown }).n);
}

/** Each entry follows from the one before, without a gap. */
function expectChained(directory: string): void {
  let prev = '';
  for (const [i, line] of entriesOf(directory).entries()) {
    expect(line).toMatchObject({ index: i, prev });
    prev = leafHash(JSON.stringify(line));
  }
}

/** A journal of some entries as a process leaves it that was killed: no segment is closed. */
async function killed(entries: number): Promise<string> {
  const directory = scratch();
  const { journal, add } = openJournal(directory);
  for (let n = 0; n < entries; n++) add(n);
  await journal.flush();
  const left = scratch();
  cpSync(directory, left, { recursive: true });
  journal.stop(() => undefined);
  return left;
}

/** A journal of one segment, which was closed, and of which nothing was signed. */
async function sealed(
  entries: number,
): Promise<{ directory: string; path: string; root: string; text: string }> {
  const directory = scratch();
  const { journal, add } = openJournal(directory);
  for (let n = 0; n < entries; n++) add(n);
  journal.endSegment();
  await journal.flush();
  const root = journal.root();
  journal.stop(() => undefined);
  const { path, text } = segmentsOf(directory)[0] as { path: string; text: string };
  return { directory, path, root, text };
}

describe('a journal whose process was killed', () => {
  test.skipIf(process.platform === 'win32')(
    'is not waited for where a pipe is in the place of a segment',
    async () => {
      const directory = await killed(4);
      const { path } = segmentsOf(directory)[0] as { path: string };
      putPipe(path);
      expect(() => openJournal(directory)).toThrow(`${path} is no regular file`);
    },
  );

  test('goes on after its last whole entry, wherever its end was cut off', async () => {
    const original = await killed(4);
    const { path, text } = segmentsOf(original)[0] as { path: string; text: string };
    const ends = [...text].flatMap((character, i) => (character === '\n' ? [i + 1] : []));
    const { size } = statSync(path);
    for (let cut = 0; cut <= size; cut++) {
      const directory = scratch();
      cpSync(original, directory, { recursive: true });
      truncateSync(path.replace(original, directory), cut);
      const { journal, found, add } = openJournal(directory);
      // The first end is that of the header.
      const whole = Math.max(0, ends.filter((end) => end <= cut).length - 1);
      expect(journal.size).toBe(whole);
      expect(found.tornBytes).toBe(cut - (ends.filter((end) => end <= cut).at(-1) ?? 0));
      add(100);
      journal.endSegment();
      expect(journal.commitNow()).toBe(true);
      journal.stop(() => undefined);
      expect(numbersOf(directory)).toEqual([...Array.from({ length: whole }, (_, n) => n), 100]);
      expectChained(directory);
    }
  });

  test('keeps what was cut off, byte for byte', async () => {
    const directory = await killed(2);
    const { path, text } = segmentsOf(directory)[0] as { path: string; text: string };
    writeFileSync(path, `${text}{"entry":{"acti`);
    const { journal, found } = openJournal(directory);
    journal.stop(() => undefined);
    expect(found.tornFile).toBeDefined();
    expect(readFileSync(join(directory, found.tornFile as string), 'utf8')).toBe('{"entry":{"acti');
    expect(statSync(join(directory, found.tornFile as string)).mode & 0o777).toBe(0o600);
  });

  test('ends before the first entry that does not follow, whatever comes after', async () => {
    const directory = await killed(5);
    const { path, text } = segmentsOf(directory)[0] as { path: string; text: string };
    writeFileSync(path, text.replace('"n":2', '"n":7'));
    const { journal, add } = openJournal(directory);
    expect(journal.size).toBe(3);
    add(3);
    journal.commitNow();
    journal.stop(() => undefined);
    expectChained(directory);
  });

  test('keeps what it has when the disk holds zeros behind it', async () => {
    const directory = await killed(3);
    const { path, text } = segmentsOf(directory)[0] as { path: string; text: string };
    writeFileSync(path, Buffer.concat([Buffer.from(text), Buffer.alloc(10_000)]));
    const { journal, found } = openJournal(directory);
    expect(journal.size).toBe(3);
    expect(found.tornBytes).toBe(10_000);
    journal.stop(() => undefined);
  });

  test('knows which operations had not ended', async () => {
    const directory = scratch();
    const { journal, add } = openJournal(directory);
    add(0, { phase: 'started' });
    add(1, { phase: 'started' });
    add(2, { phase: 'ended', started: 0 });
    await journal.flush();
    journal.stop(() => undefined);
    expect(openJournal(directory).found.chain?.open).toEqual([1]);
  });

  test('forgets no open operation over segments', async () => {
    const directory = scratch();
    const { journal, add } = openJournal(directory, { segmentBytes: 4_096 });
    add(0, { phase: 'started' });
    for (let n = 1; n < 100; n++) add(n);
    await journal.flush();
    journal.stop(() => undefined);
    expect(segmentsOf(directory).length).toBeGreaterThan(3);
    expect(openJournal(directory).found.chain?.open).toEqual([0]);
  });
});

describe('a journal that was closed', () => {
  test('goes on where it ended, in another segment', async () => {
    const directory = scratch();
    const first = openJournal(directory);
    first.add(0);
    first.add(1);
    first.journal.endSegment();
    await first.journal.flush();
    first.journal.stop(() => undefined);
    const second = openJournal(directory);
    expect(second.found).toMatchObject({ unsealed: undefined, tornBytes: 0 });
    second.add(2);
    await second.journal.flush();
    second.journal.stop(() => undefined);
    expect(numbersOf(directory)).toEqual([0, 1, 2]);
    expect(segmentsOf(directory).map(({ name }) => name)).toEqual([
      '0000000000000000.jsonl',
      '0000000000000002.jsonl',
    ]);
    expectChained(directory);
  });

  test('and that a power cut has left with its end, and not with all that is before it, goes on before that', async () => {
    const { directory, path, text } = await sealed(40);
    const bytes = Buffer.from(text);
    bytes.fill(0, 2_000, 2_500);
    writeFileSync(path, bytes);
    const { journal, found, add } = openJournal(directory);
    const kept = text.slice(0, 2_000).split('\n').length - 2;
    expect(journal.size).toBe(kept);
    expect(found.tornBytes).toBe(bytes.length - bytes.lastIndexOf('\n', 1_999) - 1);
    add(100);
    await journal.flush();
    journal.stop(() => undefined);
    expect(numbersOf(directory)).toEqual([...Array.from({ length: kept }, (_, n) => n), 100]);
    expectChained(directory);
  });

  test('and signed is left as it is, so that verification can tell what somebody has changed', async () => {
    const { directory, path, root, text } = await sealed(40);
    const key = loadSigningKey(directory, undefined, 'example.org/test');
    new Checkpointer(directory, key, () => {}).signNow(40, root);
    writeFileSync(path, text.replace('"n":7}', '"n":8}'));
    const { journal, found } = openJournal(directory);
    expect([journal.size, found.tornBytes]).toEqual([40, 0]);
    journal.stop(() => undefined);
  });

  test('makes no file for a segment without entries', async () => {
    const directory = scratch();
    for (let round = 0; round < 3; round++) {
      const { journal } = openJournal(directory);
      journal.endSegment();
      journal.stop(() => undefined);
    }
    expect(readdirSync(join(directory, 'segments'))).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('a directory that others can write to', () => {
  test('leads nowhere by a link in the place of a segment', async () => {
    const { directory, path, text } = await sealed(3);
    const elsewhere = join(scratch(), 'elsewhere');
    const next = join(directory, 'segments', '0000000000000003.jsonl');
    for (const content of ['precious, and no line of a journal', text]) {
      writeFileSync(elsewhere, content);
      symlinkSync(elsewhere, next);
      expect(() => openJournal(directory)).toThrow(`${next} is no regular file, but a symbolic link`);
      expect(readFileSync(elsewhere, 'utf8')).toBe(content);
      renameSync(next, join(scratch(), 'link'));
    }
    renameSync(path, elsewhere);
    symlinkSync(elsewhere, path);
    expect(() => openJournal(directory)).toThrow(`${path} is no regular file`);
    expect(readFileSync(elsewhere, 'utf8')).toBe(text);
  });

  test('says which file of the keys is none, and takes a link to one', async () => {
    const { directory } = await sealed(1);
    const subjects = join(directory, 'subjects');
    putPipe(subjects);
    expect(() => openJournal(directory)).toThrow(`${subjects} is no regular file`);
    renameSync(subjects, join(scratch(), 'pipe'));
    const elsewhere = join(scratch(), 'elsewhere');
    writeFileSync(elsewhere, '');
    symlinkSync(elsewhere, subjects);
    openJournal(directory).journal.stop(() => undefined);
  });

  test('is told when every user can, and not when a group can', () => {
    const warnings: string[] = [];
    const none = (): void => {};
    const warn = (words: string): void => void warnings.push(words);
    diag.setLogger({ error: none, warn, info: none, debug: none, verbose: none }, DiagLogLevel.WARN);
    const directory = scratch();
    const segments = join(directory, 'segments');
    mkdirSync(segments, { mode: 0o700 });
    const toldAt = (path: string, mode: number): string => {
      warnings.length = 0;
      chmodSync(path, mode);
      openJournal(directory).journal.stop(() => undefined);
      chmodSync(path, 0o700);
      return warnings.join();
    };
    for (const mode of [0o700, 0o755, 0o770, 0o2775]) expect(toldAt(directory, mode)).toBe('');
    expect(toldAt(directory, 0o777)).toMatch(new RegExp(`mode 0777.*: chmod 700 ${directory}$`));
    expect(toldAt(directory, 0o1777)).toContain('mode 1777');
    expect(toldAt(segments, 0o777)).toContain(`chmod 700 ${segments}`);
  });
});
