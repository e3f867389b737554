import { Arguments } from './arguments.ts';
import type { SqlParameters, SqlRow } from './database.ts';
import { LEDGER_STATES, type LedgerEntry, type LedgerState } from './entry.ts';
import type { Ledger, LedgerPage, LedgerQuery, LedgerStats } from './ledger.ts';
import { MAX_PAGE, MAX_RUN_BYTES } from './limits.ts';
import { cursorOf, readCursor } from './page-cursor.ts';
import { readRow } from './read-row.ts';
import * as sql from './statements.ts';

/** Runs a statement; `what` it is for is told when it fails. */
export type Query = (what: string, statement: string, parameters: SqlParameters) => Promise<SqlRow[]>;

/** Inputs in the list that are not asked for otherwise. */
const DEFAULT_PAGE = 100;
/** Inputs that are removed at a time, so that others get their turn between. */
const PRUNE_BATCH = 1_000;

/** See `Ledger.list`. */
export async function listInputs(run: Query, query: LedgerQuery | undefined): Promise<LedgerPage> {
  const read = new Arguments(query, ['state', 'run', 'from', 'to', 'order', 'limit', 'cursor']);
  const limit = read.count('limit', 1, MAX_PAGE) ?? DEFAULT_PAGE;
  const values = {
    state: read.oneOf('state', undefined, LEDGER_STATES),
    run: read.storable('run', MAX_RUN_BYTES),
    from: read.time('from'),
    to: read.time('to'),
  };
  const isDescending = read.oneOf('order', undefined, ['ascending', 'descending']) === 'descending';
  const after = readCursor(query?.cursor);
  if (after === null) read.add('cursor', 'something else', '`next` of a page');
  read.done('The ledger cannot be listed');
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const filters = [...given.map(([name]) => name), ...(after ? ['cursor'] : [])] as sql.ListFilter[];
  // One more than asked for tells whether there is another page.
  const parameters = { ...Object.fromEntries(given), ...after, limit: limit + 1 } as SqlParameters;
  const rows = await run('list', sql.listStatement(filters, isDescending), parameters);
  const page = rows.slice(0, limit);
  return { entries: page.map(readRow), next: rows.length > limit ? cursorOf(page.at(-1)) : undefined };
}

/** See `Ledger.retryable`. */
export async function retryableInputs(
  run: Query,
  bury: (statement: string, parameters: SqlParameters) => Promise<void>,
  max: number,
  options: Parameters<Ledger['retryable']>[0],
): Promise<LedgerEntry[]> {
  const read = new Arguments(options, ['limit', 'now']);
  const limit = read.count('limit', 1, MAX_PAGE) ?? DEFAULT_PAGE;
  const at = read.time('now') ?? null;
  read.done('The ledger cannot list what to retry');
  // Whoever crashed in the last attempt is in nobody's list, so that only this finds it.
  await bury(sql.BURY, { max });
  return (await run('retryable', sql.RETRYABLE, { at, max, limit })).map(readRow);
}

/** See `Ledger.stats`. */
export async function countInputs(run: Query, max: number): Promise<LedgerStats> {
  const stats = { pending: 0, running: 0, completed: 0, failed: 0, dead: 0, retryable: 0 };
  for (const { state, inputs } of await run('stats', sql.COUNT_STATES, {})) {
    stats[state as LedgerState] = Number(inputs);
  }
  const [due] = await run('stats', sql.COUNT_RETRYABLE, { max });
  return { ...stats, retryable: Number(due?.inputs) };
}

/** See `Ledger.prune`. */
export async function pruneInputs(run: Query, options: Parameters<Ledger['prune']>[0]): Promise<number> {
  const read = new Arguments(options, ['olderThan', 'state']);
  const age = read.wholeMillis('olderThan') ?? 0;
  if (options?.olderThan === undefined) read.add('olderThan', 'nothing', 'a duration such as "90d"');
  const state = read.oneOf('state', undefined, ['completed', 'dead']) ?? 'completed';
  read.done('The ledger cannot be pruned');
  let removed = 0;
  for (;;) {
    const rows = await run('prune', sql.PRUNE, { state, age, limit: PRUNE_BATCH });
    removed += rows.length;
    if (rows.length < PRUNE_BATCH) return removed;
  }
}
