import { isUtf8 } from 'node:buffer';
import { canonicalJson } from '../canonical/canonical-json.ts';
import { isDigest } from '../checkpoint/base64.ts';
import { entryLine, type SegmentHeader, type SegmentSeal } from '../journal/format.ts';
import { parseLine, type SegmentLine } from '../journal/parse-line.ts';
import { leafHashOfBytes } from '../merkle/frontier.ts';
import type { EntryContent, JsonValue } from '../operation/entry.ts';
import type { SourceLine } from './line-source.ts';

/** What a line says of what stands before it: how many entries, and the leaf hash of the last of them. */
export interface Link {
  readonly index: number;
  readonly prev: string;
}

interface Common {
  readonly text: string;
  readonly number: number;
  readonly offset: number;
  readonly isComplete: boolean;
}

/** An entry, as it stands in a segment. */
export interface EntryLine extends Common {
  readonly kind: 'entry';
  readonly link: Link;
  readonly leaf: string;
  readonly entry: EntryContent;
  /** Whether it is written as it would be written here. */
  readonly isCanonical: boolean;
}

/** A line of a segment. */
export type ReadLine =
  | EntryLine
  | (Common & { readonly kind: 'seal'; readonly link: Link; readonly seal: SegmentSeal })
  | (Common & { readonly kind: 'header'; readonly link: Link; readonly header: SegmentHeader })
  | (Common & { readonly kind: 'unreadable'; readonly link: undefined; readonly why: string });

/** Reads a line; whether it is true is another question. */
export function readLine(source: SourceLine): ReadLine {
  const { bytes, isComplete, isTooLong, number, offset } = source;
  const common: Common = { text: '', number, offset, isComplete };
  if (isTooLong) return { ...common, kind: 'unreadable', link: undefined, why: 'is longer than any entry' };
  if (!isUtf8(bytes)) return { ...common, kind: 'unreadable', link: undefined, why: 'is not UTF-8' };
  const text = bytes.toString();
  const line = parseLine(text);
  if (line !== undefined && !hashesOf(line).every(isDigest)) {
    return { ...common, text, kind: 'unreadable', link: undefined, why: 'names a hash that is none' };
  }
  switch (line?.kind) {
    case 'entry': {
      const { entry, index, prev } = line;
      const leaf = leafHashOfBytes(bytes);
      const isCanonical = text === canonicalLine(line.entry, index, prev);
      return {
        kind: 'entry',
        text,
        number,
        offset,
        isComplete,
        link: { index, prev },
        leaf,
        entry,
        isCanonical,
      };
    }
    case 'seal': {
      const link = { index: line.seal.size, prev: line.seal.head };
      return { ...common, text, kind: 'seal', link, seal: line.seal };
    }
    case 'header': {
      const link = { index: line.header.first, prev: line.header.prev };
      return { ...common, text, kind: 'header', link, header: line.header };
    }
    default:
      return { ...common, text, kind: 'unreadable', link: undefined, why: 'is no line of a journal' };
  }
}

/** The hashes that a line names; there is none of an entry before the first. */
function hashesOf(line: SegmentLine): readonly string[] {
  const optional = (hash: string): string[] => (hash === '' ? [] : [hash]);
  switch (line.kind) {
    case 'entry':
      return optional(line.prev);
    case 'header':
      return [...optional(line.header.prev), ...line.header.frontier];
    case 'seal':
      return [...optional(line.seal.head), ...line.seal.frontier];
  }
}

function canonicalLine(entry: EntryContent, index: number, prev: string): string | undefined {
  try {
    return entryLine(canonicalJson(entry as unknown as JsonValue), index, prev);
  } catch {
    return undefined;
  }
}

/** Whether a line that cannot be read was a seal rather than an entry. */
export function looksLikeSeal(text: string): boolean {
  return text.includes('"frontier":[') && text.includes('"head":"') && !text.includes('"index":');
}
