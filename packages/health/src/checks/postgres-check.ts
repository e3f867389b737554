import { type Duration, describeValue, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction } from '../check.ts';
import { abortable, joinUnanswered } from './abortable.ts';
import { CheckOptionReader } from './options.ts';
import { isConnectionPool, pooledQuery } from './postgres-pool.ts';
import { timedResult } from './response-time.ts';

/** What is needed of a database: `pg.Pool` and `pg.Client` have it; for postgres.js `{ query: (text) => sql.unsafe(text) }`. */
export interface Queryable {
  query(text: string): unknown;
}

/** Options of {@link postgresCheck}. */
export interface PostgresCheckOptions {
  /** Default `SELECT 1`. */
  readonly query?: string | undefined;
  /** Slower than this, the wait for a connection included, is degraded. Default never. */
  readonly degradedAbove?: Duration | undefined;
}

/**
 * Runs a query. With a `pg.Pool`, a query without an answer has its connection closed; of others, no more than
 * three are without an answer, so that they do not pile up.
 *
 * @throws {InstrumentError} when there is no `query`, or options are wrong. The check throws what the database throws.
 */
export function postgresCheck(database: Queryable, options: PostgresCheckOptions = {}): CheckFunction {
  const read = new CheckOptionReader('postgresCheck', options, ['query', 'degradedAbove']);
  if (typeof (database as Partial<Queryable> | null | undefined)?.query !== 'function') {
    const isObject = typeof database === 'object' && database !== null;
    const fix = 'Pass a Pool or Client of pg, or { query: (text) => sql.unsafe(text) } around postgres.js.';
    // It may hold a password: no more is shown than that it is an object.
    const found = isObject ? 'an object without it' : describeValue(database);
    read.add('database', found, 'an object with the function query', fix);
  }
  const text = read.text('query', 'SELECT 1');
  const degradedAboveMillis = read.millis('degradedAbove', undefined);
  read.done();

  const run = isConnectionPool(database) ? pooledQuery(database, text) : query(database, text);
  return async ({ signal }) => {
    const startMillis = monotonicMillis();
    await run(signal);
    return timedResult({ subject: 'Postgres', startMillis, degradedAboveMillis });
  };
}

function query(database: Queryable, text: string): (signal: AbortSignal) => Promise<unknown> {
  const ask = joinUnanswered(() => database.query(text));
  return (signal) => abortable(ask(), signal);
}
