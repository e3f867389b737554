import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/audit.ts';
import { parseCheckpoints } from '../../src/checkpoint/checkpoints-file.ts';
import { loadSigningKey } from '../../src/checkpoint/signing-key.ts';
import { Checkpointer } from '../../src/journal/checkpointer.ts';
import { leafHash } from '../../src/merkle/frontier.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const ORIGIN = 'example.org/test';

function openCheckpointer(directory: string): {
  checkpointer: Checkpointer;
  signed: Checkpoint[];
  path: string;
} {
  const signed: Checkpoint[] = [];
  const key = loadSigningKey(directory, undefined, ORIGIN);
  const checkpointer = new Checkpointer(directory, key, (checkpoint) => signed.push(checkpoint));
  return { checkpointer, signed, path: join(directory, 'checkpoints') };
}

const rootOf = (size: number): string => leafHash(String(size));

function sizesIn(path: string): number[] {
  const { checkpoints, problem } = parseCheckpoints(readFileSync(path, 'utf8'));
  expect(problem).toBeUndefined();
  return checkpoints.map(({ size }) => size);
}

describe('checkpoints', () => {
  test('are kept one after the other, each of them once', async () => {
    const directory = scratch();
    const { checkpointer, signed, path } = openCheckpointer(directory);
    expect(checkpointer.size).toBe(0);
    const first = await checkpointer.sign(3, rootOf(3));
    expect(await checkpointer.sign(3, rootOf(3))).toBe(first);
    expect(await checkpointer.sign(2, rootOf(2))).toBe(first);
    checkpointer.signNow(7, rootOf(7));
    checkpointer.signNow(7, rootOf(7));
    expect(sizesIn(path)).toEqual([3, 7]);
    expect(signed.map(({ size }) => size)).toEqual([3, 7]);
    expect(checkpointer.last).toBe(signed[1]);
  });

  test('are known when the file is opened again, however many there are', async () => {
    const directory = scratch();
    const { checkpointer } = openCheckpointer(directory);
    for (let size = 1; size <= 600; size++) checkpointer.signNow(size, rootOf(size));
    const again = openCheckpointer(directory).checkpointer;
    expect(again.last).toEqual(checkpointer.last);
    await again.sign(601, rootOf(601));
    expect(sizesIn(join(directory, 'checkpoints'))).toHaveLength(601);
  });

  test('that were being written are cut off, at whatever byte', async () => {
    const directory = scratch();
    const { checkpointer, path } = openCheckpointer(directory);
    await checkpointer.sign(1, rootOf(1));
    const { length } = readFileSync(path);
    await checkpointer.sign(2, rootOf(2));
    const whole = readFileSync(path);
    for (let cut = length + 1; cut < whole.length; cut++) {
      rmSync(path);
      appendFileSync(path, whole.subarray(0, cut));
      const again = openCheckpointer(directory).checkpointer;
      expect(again.size).toBe(1);
      again.signNow(3, rootOf(3));
      expect(sizesIn(path)).toEqual([1, 3]);
    }
  });

  test('that a power cut has left as zeros are cut off', () => {
    const directory = scratch();
    const { checkpointer, path } = openCheckpointer(directory);
    checkpointer.signNow(1, rootOf(1));
    appendFileSync(path, Buffer.alloc(200));
    const again = openCheckpointer(directory).checkpointer;
    again.signNow(2, rootOf(2));
    expect(sizesIn(path)).toEqual([1, 2]);
  });

  test('that somebody else has appended are none of the journal, which goes on signing', () => {
    const directory = scratch();
    const { checkpointer, path } = openCheckpointer(directory);
    for (let size = 1; size <= 3; size++) checkpointer.signNow(size, rootOf(size));
    const forged = (checkpointer.last as Checkpoint).note.replace('\n3\n', '\n9007199254740990\n');
    // More of them than are read at once.
    appendFileSync(path, `${forged}\n`.repeat(1_000));
    const again = openCheckpointer(directory).checkpointer;
    expect(again.last).toEqual(checkpointer.last);
    again.signNow(4, rootOf(4));
    expect(sizesIn(path).at(-1)).toBe(4);
  });

  test('are not looked for through gigabytes that somebody has appended, and go on after them', () => {
    const directory = scratch();
    const { checkpointer, path } = openCheckpointer(directory);
    checkpointer.signNow(1, rootOf(1));
    truncateSync(path, 5 * 2 ** 30);
    const again = openCheckpointer(directory).checkpointer;
    expect(again.last).toBeUndefined();
    again.signNow(2, rootOf(2));
    again.signNow(3, rootOf(3));
    expect(openCheckpointer(directory).checkpointer.last).toEqual(again.last);
  });

  test.skipIf(process.platform === 'win32')('are not written through a link', () => {
    const directory = scratch();
    const { checkpointer, path } = openCheckpointer(directory);
    const elsewhere = join(scratch(), 'elsewhere');
    writeFileSync(elsewhere, 'precious');
    symlinkSync(elsewhere, path);
    const refusal = `${path} is no regular file, but a symbolic link`;
    expect(() => checkpointer.signNow(1, rootOf(1))).toThrow(refusal);
    expect(() => openCheckpointer(directory)).toThrow(refusal);
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  });

  test('are signed at once while another is on its way, and no smaller one comes after', async () => {
    for (let round = 0; round < 50; round++) {
      const { checkpointer, signed, path } = openCheckpointer(scratch());
      const slow = checkpointer.sign(1, rootOf(1));
      checkpointer.signNow(2, rootOf(2));
      expect(sizesIn(path)).toEqual([2]);
      expect(await slow).toMatchObject({ size: 2 });
      expect(sizesIn(path)).toEqual([2]);
      expect(signed.map(({ size }) => size)).toEqual([2]);
      await checkpointer.sign(3, rootOf(3));
      expect(sizesIn(path)).toEqual([2, 3]);
    }
  });

  test('that cannot be written are signed later', async () => {
    const parent = scratch();
    const directory = join(parent, 'journal');
    mkdirSync(directory);
    const { checkpointer, signed, path } = openCheckpointer(directory);
    renameSync(directory, join(parent, 'away'));
    await expect(checkpointer.sign(1, rootOf(1))).rejects.toThrow('ENOENT');
    expect(() => checkpointer.signNow(1, rootOf(1))).toThrow('ENOENT');
    expect([checkpointer.size, signed.length]).toEqual([0, 0]);
    renameSync(join(parent, 'away'), directory);
    await checkpointer.sign(2, rootOf(2));
    expect(sizesIn(path)).toEqual([2]);
  });

  test('go on in a file that somebody has cut or removed, without making it worse', () => {
    const { checkpointer, path } = openCheckpointer(scratch());
    checkpointer.signNow(1, rootOf(1));
    const { length } = readFileSync(path);
    checkpointer.signNow(2, rootOf(2));
    truncateSync(path, length);
    checkpointer.signNow(3, rootOf(3));
    expect(sizesIn(path)).toEqual([1, 3]);
    rmSync(path);
    checkpointer.signNow(4, rootOf(4));
    expect(existsSync(path)).toBe(true);
    expect(sizesIn(path)).toEqual([4]);
  });
});
