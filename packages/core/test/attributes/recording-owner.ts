import type { Attributes } from '@opentelemetry/api';
import type { KeyFilter } from '../../src/attributes/key-set.ts';
import { SeriesIndex } from '../../src/attributes/series-index.ts';

/** A series index, and what it told its owner. */
export interface RecordedIndex {
  readonly index: SeriesIndex;
  readonly refused: string[];
  readonly counts: { overflowed: number };
}

export function createIndex(limit = 1_000, keeps?: KeyFilter): RecordedIndex {
  const refused: string[] = [];
  const counts = { overflowed: 0 };
  const index = new SeriesIndex(
    {
      admitted: () => {},
      overflowed: () => void counts.overflowed++,
      refused: (key) => void refused.push(key),
    },
    limit,
    keeps,
  );
  return { index, refused, counts };
}

/** Attributes of every series, in the order of their numbers. */
export function allAttributes(index: SeriesIndex): Attributes[] {
  return Array.from({ length: index.size }, (_, series) => index.attributes(series));
}
