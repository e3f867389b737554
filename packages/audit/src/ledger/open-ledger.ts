import { InstrumentError } from '@org/instrument-core';
import type { Ledger } from './ledger.ts';
import type { PostgresLedgerOptions } from './postgres/open-postgres-ledger.ts';
import type { SqliteLedgerOptions } from './sqlite/open-sqlite-ledger.ts';

/** Options of {@link openLedger}: those of SQLite with `path` or `database`, those of Postgres with `postgres`. */
export type LedgerOptions = SqliteLedgerOptions | PostgresLedgerOptions;

/**
 * Opens a ledger, and makes its table when it is not there.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for options that cannot be, `INSTRUMENT_DEPENDENCY_MISSING`
 * without a driver, `INSTRUMENT_AUDIT_REFUSED` for a database that has something else in that place, or a later version,
 * `INSTRUMENT_AUDIT_UNAVAILABLE` when the database cannot be opened.
 *
 * @example
 * const ledger = await openLedger({ path: 'data/ledger.db' });
 * const shared = await openLedger({ postgres: process.env.DATABASE_URL });
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const kinds = ['path', 'database', 'postgres'].filter(
    (name) => (options as Readonly<Record<string, unknown>> | undefined)?.[name] !== undefined,
  );
  if (kinds.length === 0) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The ledger cannot be opened', [
      {
        path: 'path',
        found: 'none of path, database and postgres',
        expected: 'a place for the ledger',
        fix: "Give a file, as in openLedger({ path: 'data/ledger.db' }), or the URL of a Postgres.",
      },
    ]);
  }
  // Loaded when it is needed, and no sooner.
  if (kinds.includes('postgres')) {
    const { openPostgresLedger } = await import('./postgres/open-postgres-ledger.ts');
    return openPostgresLedger(options as PostgresLedgerOptions);
  }
  const { openSqliteLedger } = await import('./sqlite/open-sqlite-ledger.ts');
  return openSqliteLedger(options as SqliteLedgerOptions);
}
