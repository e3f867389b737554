import { closeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryContent } from '../operation/entry.ts';
import { firstOfSegment, SEGMENTS } from './format.ts';
import { openFileNow } from './open-file.ts';
import { parseLine } from './parse-line.ts';
import { readLines } from './read-lines.ts';

/** Entries by their indexes, as far as retention has kept them. Reads each segment that has one, once. */
export function findEntries(directory: string, indexes: readonly number[]): Map<number, EntryContent> {
  const found = new Map<number, EntryContent>();
  const wanted = new Set(indexes);
  const segments = readdirSync(join(directory, SEGMENTS))
    .map((name) => ({ name, first: firstOfSegment(name) }))
    .filter((segment): segment is { name: string; first: number } => segment.first !== undefined)
    .sort((a, b) => a.first - b.first);
  for (const [i, { name, first }] of segments.entries()) {
    const end = segments[i + 1]?.first ?? Number.POSITIVE_INFINITY;
    if (!indexes.some((index) => index >= first && index < end)) continue;
    const fd = openFileNow(join(directory, SEGMENTS, name));
    try {
      for (const { bytes } of readLines(fd)) {
        const line = parseLine(bytes.toString());
        if (line?.kind === 'entry' && wanted.has(line.index)) found.set(line.index, line.entry);
      }
    } finally {
      closeSync(fd);
    }
  }
  return found;
}
