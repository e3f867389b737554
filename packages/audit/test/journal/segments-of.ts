import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SEGMENTS } from '../../src/journal/format.ts';

/** The segments of a journal and what stands in them. */
export function segmentsOf(directory: string): { name: string; path: string; text: string }[] {
  return readdirSync(join(directory, SEGMENTS))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => {
      const path = join(directory, SEGMENTS, name);
      return { name, path, text: readFileSync(path, 'utf8') };
    });
}

/** The entries of a journal, in order. */
export function entriesOf(
  directory: string,
): { index: number; prev: string; entry: Record<string, unknown> }[] {
  return segmentsOf(directory).flatMap(({ text }) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{"entry"'))
      .map((line) => JSON.parse(line)),
  );
}
