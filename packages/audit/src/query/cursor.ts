import { hash } from 'node:crypto';
import { describeValue, type Problem } from '@org/instrument-core';
import type { CheckedQuery } from './check-query.ts';

/** Where the next page begins. */
export interface Cursor {
  /** Index of its first entry; every entry that the page could have is there, or beyond in its order. */
  readonly index: number;
}

// Version, index, and what the query was, so that a cursor is not handed to another one.
const CURSOR = /^1\.(\d{1,16})\.([\w-]{8})$/;

type Filters = Omit<CheckedQuery, 'cursor'> & Partial<CheckedQuery>;

/** Text of the cursor of the page that begins at an index: it means the same while the journal grows and is pruned. */
export function cursorText(index: number, query: Filters): string {
  return Buffer.from(`1.${index}.${fingerprint(query)}`).toString('base64url');
}

/** Reads a cursor of the same query; another one, and rubbish, is a problem. */
export function parseCursor(value: unknown, query: Filters, problems: Problem[]): Cursor | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? Buffer.from(value, 'base64url').toString('latin1') : '';
  const match = CURSOR.exec(text);
  const index = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(index)) {
    problems.push({ path: 'cursor', found: describeValue(value), expected: 'the `next` of a page' });
    return undefined;
  }
  if (match[2] !== fingerprint(query)) {
    problems.push({
      path: 'cursor',
      found: 'the cursor of another query',
      expected: 'the `next` of a page with the same filters and order',
      fix: 'Only `limit` may differ from one page to the next.',
    });
  }
  return { index };
}

function fingerprint({ limit: _limit, cursor: _cursor, ...filters }: Filters): string {
  return hash('sha256', JSON.stringify(filters), 'base64url').slice(0, 8);
}
