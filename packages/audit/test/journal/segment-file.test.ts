import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SegmentFile } from '../../src/journal/segment-file.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

/** Descriptors that this process has open on a file, where the system tells. */
function descriptorsOf(path: string): number {
  const { ino } = statSync(path);
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return statSync(`/proc/self/fd/${fd}`).ino === ino;
    } catch {
      return false;
    }
  }).length;
}

describe('a segment that is written', () => {
  test('is made with its first line, for the user alone', () => {
    const path = join(scratch(), 'a');
    const file = new SegmentFile(path);
    expect(file.append('one')).toBe(4);
    expect(file.length).toBe(4);
    expect(file.durable).toBe(0);
    file.write();
    expect(readFileSync(path, 'utf8')).toBe('one\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    file.close();
  });

  test('takes nobody else’s file for its own', () => {
    const path = join(scratch(), 'a');
    writeFileSync(path, 'somebody');
    const file = new SegmentFile(path);
    file.append('one');
    expect(() => file.write()).toThrow('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe('somebody');
  });

  test.skipIf(process.platform === 'win32')('is not one that a link leads to', () => {
    const [path, elsewhere] = [join(scratch(), 'a'), join(scratch(), 'b')];
    writeFileSync(elsewhere, 'somebody');
    symlinkSync(elsewhere, path);
    expect(() => new SegmentFile(path, 0)).toThrow(`${path} is no regular file, but a symbolic link`);
    const made = new SegmentFile(path);
    made.append('one');
    expect(() => made.write()).toThrow('EEXIST');
    expect(readFileSync(elsewhere, 'utf8')).toBe('somebody');
  });

  test('goes on at the end of what is there', async () => {
    const path = join(scratch(), 'a');
    writeFileSync(path, 'one\n');
    const file = new SegmentFile(path, 4);
    file.append('two');
    file.write();
    await file.sync(file.length);
    expect(file.waiting).toBe(0);
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  test('is durable up to where it was when the sync began', async () => {
    const path = join(scratch(), 'a');
    const file = new SegmentFile(path);
    file.append('one');
    file.write();
    const synced = file.sync(file.length);
    file.append('two');
    await synced;
    expect([file.durable, file.waiting]).toEqual([4, 4]);
    file.write();
    file.syncNow(file.length);
    expect(file.waiting).toBe(0);
    file.close();
  });

  test('has what was added, whatever is written and synced in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({ line: fc.string({ unit: 'grapheme', maxLength: 40 }), times: fc.nat(200) }),
            fc.constantFrom('write' as const, 'sync' as const, 'syncNow' as const, 'begin sync' as const),
          ),
          { maxLength: 30 },
        ),
        fc.integer({ min: 1, max: 5_000 }),
        async (steps, slabBytes) => {
          const path = join(scratch(), 'a');
          const file = new SegmentFile(path, undefined, slabBytes);
          let text = '';
          const begun: Promise<void>[] = [];
          for (const step of steps) {
            if (typeof step === 'object') {
              const line = step.line.replaceAll('\n', ' ').repeat(step.times);
              file.append(line);
              text += `${line}\n`;
              continue;
            }
            const { length } = file;
            file.write();
            if (step === 'begin sync') begun.push(file.sync(length));
            if (step === 'sync') await file.sync(length);
            if (step === 'syncNow') file.syncNow(length);
            if (step !== 'begin sync' && step !== 'write') expect(file.durable).toBe(length);
          }
          file.write();
          await file.sync(file.length);
          await Promise.all(begun);
          expect(file.waiting).toBe(0);
          file.close();
          if (text !== '') expect(readFileSync(path, 'utf8')).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  test.runIf(process.platform === 'linux')(
    'gives all its descriptors back, after a sync that is under way',
    async () => {
      const path = join(scratch(), 'a');
      const file = new SegmentFile(path);
      file.append('one');
      file.write();
      const synced = file.sync(file.length);
      file.syncNow(file.length);
      expect(descriptorsOf(path)).toBeGreaterThan(0);
      file.close();
      await synced;
      expect(descriptorsOf(path)).toBe(0);
      file.close();
    },
  );
});

describe('a segment that fails', () => {
  test.runIf(process.platform === 'linux')('keeps its lines, and writes them again', async () => {
    // A device that takes everything, and cannot be synced.
    const file = new SegmentFile('/dev/null', 0);
    file.append('one');
    file.write();
    await expect(file.sync(file.length)).rejects.toThrow('EINVAL');
    expect(() => file.syncNow(file.length)).toThrow('EINVAL');
    expect([file.durable, file.waiting]).toEqual([0, 4]);
    file.close();
    const full = new SegmentFile('/dev/full', 0);
    full.append('one');
    expect(() => full.write()).toThrow('ENOSPC');
    expect(full.waiting).toBe(4);
    full.close();
  });

  test('is made once its directory is back', () => {
    const directory = join(scratch(), 'segments');
    const file = new SegmentFile(join(directory, 'a'));
    file.append('one');
    expect(() => file.write()).toThrow('ENOENT');
    mkdirSync(directory);
    file.write();
    file.syncNow(file.length);
    expect(file.waiting).toBe(0);
    file.close();
  });

  test('is not durable when nobody could find it again', async () => {
    const directory = scratch();
    const path = join(directory, 'a');
    const file = new SegmentFile(path);
    file.append('one');
    file.write();
    linkSync(path, join(directory, 'b'));
    rmSync(path);
    // It has another name.
    file.syncNow(file.length);
    rmSync(join(directory, 'b'));
    file.append('two');
    file.write();
    expect(() => file.syncNow(file.length)).toThrow('was removed');
    expect(() => file.sync(file.length)).toThrow('was removed');
    expect(file.durable).toBe(4);
    file.close();
  });
});
