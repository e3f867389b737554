import type { EntryContent } from '../operation/entry.ts';
import type { SegmentHeader, SegmentSeal } from './format.ts';

/** A line of a segment. */
export type SegmentLine =
  | { readonly kind: 'header'; readonly header: SegmentHeader }
  | { readonly kind: 'seal'; readonly seal: SegmentSeal }
  | { readonly kind: 'entry'; readonly entry: EntryContent; readonly index: number; readonly prev: string };

/** What a line says; `undefined` for what is no line of a segment. Whether it is true is another question. */
export function parseLine(text: string): SegmentLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { segment, seal, entry, index, prev } = value;
  if (isObject(segment) && isHeader(segment)) return { kind: 'header', header: segment };
  if (isObject(seal) && isSeal(seal)) return { kind: 'seal', seal };
  if (!isObject(entry) || !isIndex(index) || typeof prev !== 'string') return undefined;
  if (typeof entry.action !== 'string' || typeof entry.time !== 'string') return undefined;
  return { kind: 'entry', entry: entry as unknown as EntryContent, index, prev };
}

/** Version of the format that a header names, whatever else it says; `undefined` for what is no header. */
export function versionOf(text: string): number | undefined {
  if (!text.startsWith('{"segment":')) return undefined;
  try {
    const { segment } = JSON.parse(text) as Record<string, unknown>;
    return isObject(segment) && typeof segment.version === 'number' ? segment.version : undefined;
  } catch {
    return undefined;
  }
}

function isHeader(value: Record<string, unknown>): value is Record<string, unknown> & SegmentHeader {
  const { first, frontier, open, origin, prev, version } = value;
  return (
    isIndex(first) &&
    isListOf(frontier, 'string') &&
    isListOf(open, 'number') &&
    typeof origin === 'string' &&
    typeof prev === 'string' &&
    typeof version === 'number'
  );
}

function isSeal(value: Record<string, unknown>): value is Record<string, unknown> & SegmentSeal {
  const { from, frontier, head, open, size, to } = value;
  return (
    typeof from === 'string' &&
    isListOf(frontier, 'string') &&
    typeof head === 'string' &&
    isListOf(open, 'number') &&
    isIndex(size) &&
    typeof to === 'string'
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isListOf(value: unknown, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
