import { type Duration, InstrumentError } from '@org/instrument-core';
import { Arguments } from '../arguments.ts';
import type { Ledger } from '../ledger.ts';
import { type LedgerSettings, readSettings, SETTINGS } from '../settings.ts';
import { SqlLedger } from '../sql-ledger.ts';
import { unavailable } from '../unavailable.ts';
import { migratePostgres } from './migrate.ts';
import { ledgerNames, MAX_SCHEMA_BYTES, MAX_TABLE_BYTES } from './names.ts';
import { createPool, type OwnPool, type PostgresPool } from './pool.ts';
import { PostgresLedgerDatabase } from './postgres-database.ts';

/** Options of a ledger in Postgres (12 or later), for any number of machines: the time is that of the database. */
export interface PostgresLedgerOptions extends LedgerSettings {
  /**
   * URL of a database, which gets a pool that ends with the ledger; or a `Pool` of `pg`, which stays as it is, and needs
   * a listener for `error` of your own.
   */
  readonly postgres: string | PostgresPool;
  /** Made when it is not there. Default: what the search path of the role says. */
  readonly schema?: string | undefined;
  /** Made when it is not there. At most 55 bytes. Default `instrument_ledger`. */
  readonly table?: string | undefined;
  /** Longest wait for a connection and an answer, after which a call rejects. Default `'10s'`. */
  readonly operationTimeout?: Duration | undefined;
}

const OPTIONS = [...SETTINGS, 'postgres', 'schema', 'table', 'operationTimeout'] as const;

/** Opens a ledger in Postgres. */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<Ledger> {
  const read = new Arguments<PostgresLedgerOptions>(options, OPTIONS as never);
  const settings = readSettings(read, options);
  const schema = read.storable('schema', MAX_SCHEMA_BYTES);
  const table = read.storable('table', MAX_TABLE_BYTES) ?? 'instrument_ledger';
  const timeoutMillis = read.wholeMillis('operationTimeout', 1) ?? 10_000;
  const { postgres } = options;
  if (typeof postgres === 'string' ? postgres === '' : typeof postgres?.connect !== 'function') {
    // It may hold a password: no more is shown.
    read.add('postgres', 'something else', 'the URL of a database, or a Pool of pg');
  }
  read.done('The ledger cannot be opened');

  const names = ledgerNames(schema, table);
  let own: OwnPool | undefined;
  try {
    if (typeof postgres === 'string') own = createPool(postgres, timeoutMillis);
    const pool = own ?? (postgres as PostgresPool);
    await migratePostgres(pool, names, timeoutMillis);
    const use = { timeoutMillis, words: names.words, own };
    return new SqlLedger(new PostgresLedgerDatabase(pool, use), settings);
  } catch (error) {
    void own?.end().catch(() => {});
    throw error instanceof InstrumentError ? error : unavailable('open', error);
  }
}
