import type { Entry } from './entry.ts';
import { putLine, type Verb, verbLine } from './format.ts';

/** Something that is to be written down, of entries whose state was changed before. */
export interface Operation {
  readonly kind: 'put' | Verb;
  readonly entries: readonly Entry[];
}

/** Lines that are written together. */
export interface Lines {
  readonly text: string;
  /** Entries that are on disk with them. */
  readonly put: readonly Entry[];
}

/**
 * The lines of operations, in parts of about so many characters. An entry is put as it stands now: what came after that need not be
 * said, and one that is settled by now need not be put.
 */
export function* linesOf(operations: readonly Operation[], maxLength: number): Generator<Lines> {
  const seen = new Set<Entry>();
  let lines: string[] = [];
  let length = 0;
  let put: Entry[] = [];
  for (const { kind, entries } of operations) {
    if (kind !== 'put') {
      const known = entries.filter((entry) => entry.segment !== undefined && !seen.has(entry));
      const sequences = known.map(({ sequence }) => sequence);
      if (sequences.length > 0) lines.push(verbLine(kind, sequences));
      continue;
    }
    for (const entry of entries) {
      if (entry.isSettled) continue;
      const line = putLine(entry);
      lines.push(line);
      length += line.length;
      put.push(entry);
      seen.add(entry);
      if (length < maxLength) continue;
      yield { text: lines.join(''), put };
      [lines, length, put] = [[], 0, []];
    }
  }
  if (lines.length > 0) yield { text: lines.join(''), put };
}
