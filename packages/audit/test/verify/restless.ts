import type { EntryContent } from '../../src/operation/entry.ts';
import { content } from '../journal-builder.ts';
import { namesIn, replaceByHashes } from './forged-segments.ts';

/** Entries of the first segment: some more than 1 MiB, so that progress is told once while it is read. */
const LARGE = 20;

/** Segments of which the first takes long enough to be read for others to be removed meanwhile. */
export function restless(): EntryContent[][] {
  const large = Array.from({ length: LARGE }, (_, i) => content(i, { reason: 'x'.repeat(60_000) }));
  return [large, ...Array.from({ length: 6 }, (_, i) => [content(LARGE + i)])];
}

/** Removes the oldest segment but the first and the last, which nobody has put on record. */
export function removeNext(directory: string): void {
  const [, next] = namesIn(directory).filter((name) => name.endsWith('.jsonl'));
  if (next !== undefined && next !== namesIn(directory).at(-1)) replaceByHashes(directory, next);
}
