import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SealedValue } from '../../src/operation/entry.ts';
import { openSubjectKeys } from '../../src/subjects/open-subject-keys.ts';
import { readSubjectKeys } from '../../src/subjects/read-subject-keys.ts';
import type { SubjectKeys } from '../../src/subjects/subject-keys.ts';
import { temporaryDirectory } from './directory.ts';

function opened(directory: string): SubjectKeys {
  const keys = openSubjectKeys(directory);
  onTestFinished(() => keys.close());
  return keys;
}

const fileOf = (directory: string): string => join(directory, 'subjects');
const linesOf = (directory: string): string[] =>
  readFileSync(fileOf(directory), 'utf8').split('\n').slice(0, -1);
const keyOf = (line: string | undefined): string => (JSON.parse(line ?? '') as { key: string }).key;

describe('what is sealed for a person', () => {
  it('is read back, whatever the text, now and after opening again', () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const sealed: [string, SealedValue][] = [];
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, subject) => {
        const value = keys.seal(subject, text);
        sealed.push([text, value]);
        expect(keys.unseal(value)).toBe(text);
      }),
    );
    const again = opened(directory);
    for (const [text, value] of sealed) expect(again.unseal(value)).toBe(text);
  });

  it('shows neither the text nor the person, and differs each time', () => {
    const keys = opened(temporaryDirectory());
    const [one, two] = [keys.seal('user:42', '"ada"'), keys.seal('user:42', '"ada"')];
    expect(one.$sealed).not.toBe(two.$sealed);
    expect(one.subject).toBe(two.subject);
    expect(one.subject).toBe(keys.pseudonymOf('user:42'));
    expect(JSON.stringify(one)).not.toContain('user:42');
    expect(keys.seal('user:43', '"ada"').subject).not.toBe(one.subject);
  });

  it('is unreadable when any of it was changed, or is rubbish', () => {
    const keys = opened(temporaryDirectory());
    const value = keys.seal('user:42', 'secret');
    const other = keys.seal('user:43', 'secret');
    const bytes = Buffer.from(value.$sealed, 'base64');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(keys.unseal({ ...value, $sealed: changed.toString('base64') })).toBeUndefined();
      const cut = bytes.subarray(0, i).toString('base64');
      expect(keys.unseal({ ...value, $sealed: cut })).toBeUndefined();
    }
    expect(keys.unseal({ ...value, subject: other.subject })).toBeUndefined();
    for (const rubbish of [undefined, null, 7, '', [], {}, { $sealed: 1, subject: value.subject }]) {
      expect(keys.unseal(rubbish as unknown as SealedValue)).toBeUndefined();
    }
  });
});

describe('the file of keys', () => {
  it('is not made, nor the directory, before a personal value comes', async () => {
    const directory = join(temporaryDirectory(), 'journal');
    const keys = opened(directory);
    expect(keys.pseudonymOf('user:42')).toBeUndefined();
    expect(await keys.erase('user:42')).toBeUndefined();
    await keys.sync();
    expect(existsSync(directory)).toBe(false);
    keys.seal('user:42', 'x');
    expect(existsSync(fileOf(directory))).toBe(true);
  });

  it('is private to the user, even when somebody has opened it up', () => {
    const directory = temporaryDirectory();
    opened(directory).seal('user:42', 'x');
    expect(statSync(fileOf(directory)).mode & 0o777).toBe(0o600);
    chmodSync(fileOf(directory), 0o644);
    opened(directory).seal('user:42', 'x');
    expect(statSync(fileOf(directory)).mode & 0o777).toBe(0o600);
  });

  it('keeps every complete key when a crash cut the last one at any byte', () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const values = ['a', 'b', 'ü€'].map((subject) => keys.seal(subject, subject));
    const bytes = readFileSync(fileOf(directory));
    const lastLine = bytes.lastIndexOf(10, -2) + 1;
    for (let end = lastLine; end < bytes.length; end++) {
      const crashed = temporaryDirectory();
      writeFileSync(fileOf(crashed), bytes.subarray(0, end));
      const again = opened(crashed);
      expect(values.map((value) => again.unseal(value))).toEqual(['a', 'b', undefined]);
      const renewed = again.seal('ü€', 'new');
      expect(linesOf(crashed)).toHaveLength(3);
      expect(opened(crashed).unseal(renewed)).toBe('new');
    }
  });

  it('is opened with a line that cannot be read, and every other key', () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const values = ['a', 'b'].map((subject) => keys.seal(subject, subject));
    const [first, second] = linesOf(directory);
    writeFileSync(fileOf(directory), `${first}\n\0\0\0\n[]\nnull\n{"key":"AA"}\n${second}\n`);
    const again = opened(directory);
    expect(values.map((value) => again.unseal(value))).toEqual(['a', 'b']);
  });

  it('holds 20,000 persons', () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const values = Array.from({ length: 20_000 }, (_, i) => keys.seal(`user:${i}`, 'x'));
    const again = opened(directory);
    expect(again.unseal(values[0] as SealedValue)).toBe('x');
    expect(again.unseal(values[19_999] as SealedValue)).toBe('x');
    expect(again.pseudonymOf('user:5000')).toBe(values[5_000]?.subject);
  });

  it('is read by others without being changed', () => {
    const directory = temporaryDirectory();
    const value = opened(directory).seal('user:42', 'x');
    const torn = Buffer.concat([readFileSync(fileOf(directory)), Buffer.from('{"key":"half')]);
    writeFileSync(fileOf(directory), torn);
    expect(readSubjectKeys(directory).unseal(value)).toBe('x');
    expect(readFileSync(fileOf(directory))).toEqual(torn);
    expect(readSubjectKeys(join(directory, 'none')).unseal(value)).toBeUndefined();
  });
});

describe('a new key', () => {
  it('is unsynced until it is on disk', async () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    expect(keys.isUnsynced).toBe(false);
    keys.seal('a', 'x');
    expect(keys.isUnsynced).toBe(true);
    const synced = keys.sync();
    keys.seal('a', 'y');
    keys.seal('b', 'x');
    await synced;
    await keys.sync();
    expect(keys.isUnsynced).toBe(false);
    keys.seal('a', 'z');
    expect(keys.isUnsynced).toBe(false);
  });

  it('can be brought to disk at once, even while a person is being erased', async () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const [ada] = [keys.seal('ada', 'x'), keys.seal('bob', 'y')];
    const erased = keys.erase('ada');
    await new Promise(setImmediate);
    const carol = keys.seal('carol', 'z');
    keys.syncNow();
    expect(keys.isUnsynced).toBe(false);
    await erased;
    expect(keys.isUnsynced).toBe(false);
    const again = opened(directory);
    expect([again.unseal(ada), again.unseal(carol)]).toEqual([undefined, 'z']);
  });

  it('waits in memory while the file cannot be had, and is not lost', async () => {
    const directory = temporaryDirectory();
    mkdirSync(fileOf(directory));
    const keys = opened(directory);
    const value = keys.seal('user:42', 'x');
    expect(keys.unseal(value)).toBe('x');
    expect(keys.seal('user:42', 'y').subject).toBe(value.subject);
    await expect(keys.sync()).rejects.toThrow('EISDIR');
    await expect(keys.erase('user:42')).rejects.toThrow('EISDIR');
    expect(keys.isUnsynced).toBe(true);
    rmSync(fileOf(directory), { recursive: true });
    await keys.sync();
    expect(keys.isUnsynced).toBe(false);
    expect(opened(directory).unseal(value)).toBe('x');
  });
});

describe('erasing a person', () => {
  it('makes all that was sealed unreadable for good, and nothing else', async () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const [ada, bob] = [keys.seal('ada', 'x'), keys.seal('bob', 'y')];
    const [adasLine] = linesOf(directory);
    expect(await keys.erase('ada')).toBe(ada.subject);
    expect(await keys.erase('ada')).toBeUndefined();
    expect(keys.pseudonymOf('ada')).toBeUndefined();
    for (const each of [keys, opened(directory)]) {
      expect([each.unseal(ada), each.unseal(bob)]).toEqual([undefined, 'y']);
    }
    const text = readFileSync(fileOf(directory), 'latin1');
    expect(text).not.toContain(keyOf(adasLine));
    expect(text).not.toContain('ada');
    expect(text).not.toContain(ada.subject);
    expect(statSync(fileOf(directory)).mode & 0o777).toBe(0o600);
  });

  it('overwrites the key where it stands, before the file is replaced', async () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    keys.seal('bob', 'y');
    keys.seal('ada', 'x');
    const [, adasLine] = linesOf(directory);
    const old = join(directory, 'old');
    const { linkSync } = await import('node:fs');
    linkSync(fileOf(directory), old);
    await keys.erase('ada');
    expect(readFileSync(old, 'latin1')).not.toContain(keyOf(adasLine));
    expect(existsSync(join(directory, 'subjects.tmp'))).toBe(false);
  });

  it('gives the person a new key and pseudonym afterwards, even at once', async () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const before = keys.seal('ada', 'x');
    const erased = keys.erase('ada');
    const after = keys.seal('ada', 'y');
    expect(after.subject).not.toBe(before.subject);
    expect(await erased).toBe(before.subject);
    const again = opened(directory);
    expect([again.unseal(before), again.unseal(after)]).toEqual([undefined, 'y']);
  });

  it('leaves a link in the place of the file, and writes anew what it leads to', async () => {
    const [directory, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    const target = join(elsewhere, 'keys');
    writeFileSync(target, '', { mode: 0o600 });
    symlinkSync(relative(directory, target), fileOf(directory));
    const keys = opened(directory);
    const [ada, bob] = [keys.seal('ada', 'x'), keys.seal('bob', 'y')];
    expect(await keys.erase('ada')).toBe(ada.subject);
    const carol = keys.seal('carol', 'z');
    await keys.sync();
    expect(lstatSync(fileOf(directory)).isSymbolicLink()).toBe(true);
    const text = readFileSync(target, 'latin1');
    expect(text).not.toContain('"ada"');
    expect(text).toContain('"carol"');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect([readdirSync(directory), readdirSync(elsewhere)]).toEqual([['subjects'], ['keys']]);
    const again = opened(directory);
    expect([ada, bob, carol].map((value) => again.unseal(value))).toEqual([undefined, 'y', 'z']);
  });

  it('finishes an erasure behind a link, and makes the file that one leads to', async () => {
    const [directory, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    const target = join(elsewhere, 'keys');
    symlinkSync(target, fileOf(directory));
    const keys = opened(directory);
    const values = ['ada', 'bob'].map((subject) => keys.seal(subject, 'x'));
    const [adasLine, bobsLine] = linesOf(directory);
    writeFileSync(target, `${adasLine?.replace(keyOf(adasLine), '-'.repeat(44))}\n${bobsLine}\n`);
    writeFileSync(`${target}.tmp`, 'half a file', { mode: 0o644 });
    const again = opened(directory);
    expect(values.map((value) => again.unseal(value))).toEqual([undefined, 'x']);
    expect(lstatSync(fileOf(directory)).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe(`${bobsLine}\n`);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(elsewhere)).toEqual(['keys']);
  });

  it('is finished by the next opening when a crash came between', () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const values = ['ada', 'bob'].map((subject) => keys.seal(subject, 'x'));
    const [adasLine, bobsLine] = linesOf(directory);
    const overwritten = adasLine?.replace(keyOf(adasLine), '-'.repeat(44));
    writeFileSync(fileOf(directory), `${overwritten}\n${bobsLine}\n`);
    writeFileSync(join(directory, 'subjects.tmp'), 'half a file');
    const again = opened(directory);
    expect(values.map((value) => again.unseal(value))).toEqual([undefined, 'x']);
    expect(linesOf(directory)).toEqual([bobsLine]);
    expect(existsSync(join(directory, 'subjects.tmp'))).toBe(false);
  });

  it('can be tried again after the disk failed, and takes back no promise', async () => {
    const directory = temporaryDirectory();
    const keys = opened(directory);
    const [ada, bob] = [keys.seal('ada', 'x'), keys.seal('bob', 'y')];
    mkdirSync(join(directory, 'subjects.tmp'));
    await expect(keys.erase('ada')).rejects.toThrow('EISDIR');
    expect(keys.unseal(ada)).toBeUndefined();
    rmSync(join(directory, 'subjects.tmp'), { recursive: true });
    expect(await keys.erase('ada')).toBe(ada.subject);
    expect(linesOf(directory)).toHaveLength(1);
    expect(opened(directory).unseal(bob)).toBe('y');
  });

  it('may go on together with sealing, syncing and other erasures in any order', async () => {
    const step = fc.record({
      what: fc.constantFrom('seal', 'seal', 'erase', 'sync', 'pause'),
      who: fc.constantFrom('a', 'b', 'c', 'd'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const directory = temporaryDirectory();
        const keys = openSubjectKeys(directory);
        const live = new Map<string, SealedValue>();
        const dead: SealedValue[] = [];
        const running: Promise<unknown>[] = [];
        for (const { what, who } of steps) {
          if (what === 'seal') live.set(who, keys.seal(who, who));
          else if (what === 'sync') running.push(keys.sync());
          else if (what === 'pause') await new Promise(setImmediate);
          else {
            const value = live.get(who);
            if (value !== undefined) dead.push(value);
            live.delete(who);
            running.push(keys.erase(who));
          }
        }
        await Promise.all(running);
        await keys.sync();
        expect(keys.isUnsynced).toBe(false);
        const again = openSubjectKeys(directory);
        for (const [who, value] of live) expect(again.unseal(value)).toBe(who);
        for (const value of dead) expect(again.unseal(value)).toBeUndefined();
        if (live.size + dead.length > 0) expect(linesOf(directory)).toHaveLength(live.size);
        again.close();
        keys.close();
      }),
      { numRuns: 40 },
    );
  });
});
