import { fstatSync, mkdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { SealedValue } from '../../src/operation/entry.ts';
import { openSubjectKeys } from '../../src/subjects/open-subject-keys.ts';
import type { SubjectKeys } from '../../src/subjects/subject-keys.ts';
import { temporaryDirectory } from './directory.ts';

/**
 * A disk that fails once to write back what it was given from some byte on: that is zeros from then on, and each descriptor
 * of the file is told once (errseq_t in Linux). `lostFrom`: that byte, for as long as there are descriptors to be told.
 */
const disk = vi.hoisted(() => ({
  lostFrom: undefined as number | undefined,
  told: new Set<number>(),
  lose: (_fd: number, _from: number): void => {},
}));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const faultOf = (fd: number): Error | undefined => {
    if (disk.lostFrom === undefined || disk.told.has(fd)) return undefined;
    if (disk.told.size === 0) disk.lose(fd, disk.lostFrom);
    disk.told.add(fd);
    return Object.assign(new Error('EIO: i/o error'), { code: 'EIO', syscall: 'fsync' });
  };
  return {
    ...fs,
    fdatasync: (fd: number, callback: (error: Error | null) => void) => {
      const fault = faultOf(fd);
      if (fault === undefined) fs.fdatasync(fd, callback);
      else setImmediate(callback, fault);
    },
    fsyncSync: (fd: number) => {
      const fault = faultOf(fd);
      if (fault !== undefined) throw fault;
      fs.fsyncSync(fd);
    },
  };
});

beforeEach(() => {
  disk.lostFrom = undefined;
  disk.told.clear();
  disk.lose = (fd, from) => {
    const { size } = fstatSync(fd);
    writeSync(fd, Buffer.alloc(size - from), 0, size - from, from);
  };
});

function opened(directory: string): SubjectKeys {
  const keys = openSubjectKeys(directory);
  onTestFinished(() => keys.close());
  return keys;
}

/** Values of three persons, of which the key of the first alone is on disk, and the others are lost by the next sync. */
async function twoToBeLost(directory: string): Promise<{ keys: SubjectKeys; values: SealedValue[] }> {
  const keys = opened(directory);
  const first = keys.seal('ada', 'a');
  await keys.sync();
  disk.lostFrom = statSync(join(directory, 'subjects')).size;
  return { keys, values: [first, keys.seal('bob', 'b'), keys.seal('carol', 'c')] };
}

const readBy = (keys: SubjectKeys, values: SealedValue[]) => values.map((value) => keys.unseal(value));

it.each([
  ['waited for', (keys: SubjectKeys) => keys.sync()],
  ['at once', async (keys: SubjectKeys) => keys.syncNow()],
] as const)('keys that a sync %s could not bring to disk are written again by the next', async (_, sync) => {
  const directory = temporaryDirectory();
  const { keys, values } = await twoToBeLost(directory);
  await expect(sync(keys)).rejects.toThrow('EIO');
  expect(keys.isUnsynced).toBe(true);
  await sync(keys);
  expect(keys.isUnsynced).toBe(false);
  expect(readBy(opened(directory), values)).toEqual(['a', 'b', 'c']);
});

it('a sync at once beside one that fails is not told that all is well', async () => {
  const directory = temporaryDirectory();
  const { keys, values } = await twoToBeLost(directory);
  const synced = keys.sync();
  synced.catch(() => {});
  await Promise.resolve();
  expect(() => keys.syncNow()).toThrow('EIO');
  await expect(synced).rejects.toThrow('EIO');
  keys.syncNow();
  expect(readBy(opened(directory), values)).toEqual(['a', 'b', 'c']);
});

it('a key that was erased meanwhile does not come back, and takes no other with it', async () => {
  const directory = temporaryDirectory();
  const { keys, values } = await twoToBeLost(directory);
  await expect(keys.sync()).rejects.toThrow('EIO');
  // The file cannot be replaced, so that what is written again is all there is.
  mkdirSync(join(directory, 'subjects.tmp'));
  await expect(keys.erase('bob')).rejects.toThrow('EISDIR');
  // The other descriptor has not been told yet.
  expect(() => keys.syncNow()).toThrow('EIO');
  keys.syncNow();
  disk.lostFrom = undefined;
  rmSync(join(directory, 'subjects.tmp'), { recursive: true });
  expect(readBy(opened(directory), values)).toEqual(['a', undefined, 'c']);
});
