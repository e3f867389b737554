import type { SqlRow } from './database.ts';

/** Where a page ends, as parameters of the list of the next one. */
export interface PageCursor {
  readonly startedAt: number;
  readonly token: number;
}

const CURSOR = /^(\d{1,16})-(\d{1,16})$/;

/** Cursor after this row. */
export function cursorOf(row: SqlRow | undefined): string | undefined {
  return row === undefined ? undefined : `${Number(row.started_at)}-${Number(row.token)}`;
}

/** What a cursor says; `undefined` without one, `null` for what is none. */
export function readCursor(cursor: unknown): PageCursor | undefined | null {
  if (cursor === undefined) return undefined;
  const match = typeof cursor === 'string' ? CURSOR.exec(cursor) : null;
  return match === null ? null : { startedAt: Number(match[1]), token: Number(match[2]) };
}
