import { closeSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastLine, MAX_LINE_BYTES, readLines } from '../../src/journal/read-lines.ts';
import { DamagedSegmentError, readClosedSegment } from '../../src/journal/segment-hashes.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

/** A file that ends with zeros, which need no room on the disk. */
function sparse(text: string, bytes: number): string {
  const path = join(scratch(), 'file');
  writeFileSync(path, text);
  truncateSync(path, bytes);
  return path;
}

function linesOf(path: string): string[] {
  const fd = openSync(path, 'r');
  try {
    return Array.from(readLines(fd), ({ bytes, isComplete }) => `${bytes}${isComplete ? '' : ' …'}`);
  } finally {
    closeSync(fd);
  }
}

test('lines are read up to one that is too long, in the memory of one', () => {
  // More than a Buffer can hold.
  expect(linesOf(sparse('one\ntwo\n', 9 * 2 ** 30))).toEqual(['one', 'two']);
  expect(linesOf(sparse('one\nand', 7))).toEqual(['one', 'and …']);
});

test('a line of many blocks is read as any other', () => {
  const path = join(scratch(), 'file');
  const long = 'x'.repeat(5_000_000);
  writeFileSync(path, `one\n${long}\ntwo\n`);
  expect(linesOf(path)).toEqual(['one', long, 'two']);
});

test('the last line is not looked for through gigabytes', () => {
  const path = sparse('one\n', 9 * 2 ** 30);
  writeFileSync(path, '\n', { flag: 'a' });
  const fd = openSync(path, 'r');
  expect(lastLine(fd, 9 * 2 ** 30 + 1)).toBeUndefined();
  closeSync(fd);
});

test('a closed segment with a line that is too long is damaged, and is not read to its end', async () => {
  const bytes = 9 * 2 ** 30;
  const segment = { path: sparse('', bytes), first: 0, bytes, end: 1, writtenMillis: 0 };
  await expect(readClosedSegment(segment, 'example.org/test', {})).rejects.toThrow(DamagedSegmentError);
  expect(bytes).toBeGreaterThan(MAX_LINE_BYTES);
});
