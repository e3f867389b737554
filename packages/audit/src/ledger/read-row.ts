import type { JsonObject } from '../operation/entry.ts';
import type { SqlRow } from './database.ts';
import type { LedgerEntry, LedgerState } from './entry.ts';

/** The entry of a row. */
export function readRow(row: SqlRow): LedgerEntry {
  const state = row.state as LedgerState;
  return {
    key: String(row.key),
    state,
    attempts: Number(row.attempts),
    token: Number(row.token),
    run: String(row.run),
    host: String(row.host),
    pid: Number(row.pid),
    createdAt: new Date(Number(row.created_at)),
    startedAt: new Date(Number(row.started_at)),
    endedAt: timeOf(row.ended_at),
    leaseExpiresAt: state === 'running' ? timeOf(row.due_at) : undefined,
    retryAt: state === 'failed' ? timeOf(row.due_at) : undefined,
    error:
      row.error_type === null
        ? undefined
        : { type: String(row.error_type), message: String(row.error_message ?? '') },
    rows: numberOf(row.row_count),
    bytes: numberOf(row.byte_count),
    digest: row.digest === null ? undefined : String(row.digest),
    entry: numberOf(row.entry),
    attributes: JSON.parse(String(row.attributes)) as JsonObject,
  };
}

/** Whether the input could be claimed when the row was read, were there attempts left. */
export function isDue(row: SqlRow): boolean {
  return row.due_at !== null && Number(row.due_at) <= Number(row.read_at);
}

// Postgres gives its 64-bit integers as text, unless a program has told its driver otherwise.
function numberOf(value: unknown): number | undefined {
  return value === null ? undefined : Number(value);
}

function timeOf(value: unknown): Date | undefined {
  return value === null ? undefined : new Date(Number(value));
}
