import type { AuditEntry } from '../operation/entry.ts';
import type { Unsealer } from '../subjects/read-subject-keys.ts';
import { reveal } from '../subjects/reveal.ts';
import { type CheckedQuery, checkQuery } from './check-query.ts';
import { cursorText } from './cursor.ts';
import { matches } from './matches.ts';
import { needlesOf } from './needles.ts';
import type { AuditPage, AuditQuery } from './query.ts';
import { readEntries } from './read-journal.ts';

const DEFAULT_PAGE = 100;

/**
 * Entries of the journal in a directory that match a query, as a stream in constant memory; the journal may be written
 * meanwhile. What belongs to persons is matched, and shown unless `isRevealed` is `false`, where `keys` has their keys; the
 * hash stays that of the line.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT`, at once, with all that is wrong with the query. The stream
 * throws what `readEntries` does.
 */
export function queryJournal(
  directory: string,
  query: AuditQuery = {},
  keys?: Unsealer,
  isRevealed = true,
): AsyncGenerator<AuditEntry, void, undefined> {
  const checked = checkQuery(query, false);
  return take(select(directory, checked, keys, isRevealed), checked.limit);
}

/**
 * One page of what matches a query, and the cursor of the next one, which finds its place at once however far it is.
 *
 * @throws {InstrumentError} as `queryJournal` does.
 */
export async function pageOf(directory: string, query: AuditQuery = {}, keys?: Unsealer): Promise<AuditPage> {
  const checked = checkQuery(query, true);
  const limit = checked.limit ?? DEFAULT_PAGE;
  const entries: AuditEntry[] = [];
  for await (const entry of select(directory, checked, keys)) {
    if (entries.length === limit) return { entries, next: cursorText(entry.index, checked) };
    entries.push(entry);
  }
  return { entries, next: undefined };
}

async function* select(
  directory: string,
  query: CheckedQuery,
  keys: Unsealer | undefined,
  isRevealed = true,
): AsyncGenerator<AuditEntry, void, undefined> {
  const { actors, targets, fromMillis, toMillis, order, cursor } = query;
  // Of what is asked for, nothing else can belong to a person.
  const used = isRevealed || actors.length > 0 || targets.length > 0 ? keys : undefined;
  const needles = needlesOf(query, used !== undefined);
  const bounds =
    order === 'ascending' ? { fromIndex: cursor?.index } : { toIndex: indexAfter(cursor?.index) };
  for await (const entry of readEntries(directory, { ...bounds, fromMillis, toMillis, order, needles })) {
    const revealed = used === undefined ? entry : reveal(entry, used);
    if (matches(revealed, query)) yield isRevealed ? revealed : entry;
  }
}

function indexAfter(index: number | undefined): number | undefined {
  return index === undefined ? undefined : index + 1;
}

async function* take(
  entries: AsyncGenerator<AuditEntry, void, undefined>,
  limit: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<AuditEntry, void, undefined> {
  let taken = 0;
  for await (const entry of entries) {
    yield entry;
    if (++taken >= limit) return;
  }
}
