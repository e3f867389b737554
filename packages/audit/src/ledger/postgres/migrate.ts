import { InstrumentError } from '@org/instrument-core';
import { compile } from '../compile.ts';
import type { LedgerNames } from './names.ts';
import { type PostgresPool, type PostgresPoolClient, sqlStateOf, withConnection } from './pool.ts';

/** What leads from each version of the schema to the next one; the first from nothing. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE {table} (
      key text COLLATE "C" PRIMARY KEY, state text NOT NULL, attempts bigint NOT NULL, token bigint NOT NULL,
      nonce text NOT NULL, run text NOT NULL, host text NOT NULL, pid bigint NOT NULL,
      created_at bigint NOT NULL, started_at bigint NOT NULL, ended_at bigint, due_at bigint,
      error_type text, error_message text, row_count bigint, byte_count bigint, digest text, entry bigint,
      attributes text NOT NULL)`,
    'CREATE SEQUENCE {sequence}',
    'CREATE INDEX {state} ON {table} (state, started_at, token)',
    'CREATE INDEX {started} ON {table} (started_at, token)',
    'CREATE INDEX {run} ON {table} (run, started_at, token)',
    'CREATE INDEX {due} ON {table} (due_at, token) WHERE due_at IS NOT NULL',
    'CREATE TABLE {version} (version integer NOT NULL)',
    'INSERT INTO {version} VALUES (0)',
  ],
];

/** First key of the advisory lock: "ledg"; the second is made of the name of the table. */
const LOCK_CLASS = 0x6c656467;

/** SQLSTATE `duplicate_table`: a relation of that name is there (PostgreSQL, "Error Codes"). */
const DUPLICATE_TABLE = '42P07';
/** With `duplicate_schema` and `unique_violation`, which a schema or table that is just being made may cause. */
const ALREADY_THERE: readonly unknown[] = [DUPLICATE_TABLE, '42P06', '23505'];
const MAX_TRIES = 3;

/**
 * Brings the schema up to date, in one transaction, under an advisory lock: of many that start at once, one does it. When
 * it is up to date nothing is changed, and no right to change it is needed.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_REFUSED` for a table of another program, or a later version of this one.
 */
export async function migratePostgres(
  pool: PostgresPool,
  names: LedgerNames,
  timeoutMillis: number,
): Promise<void> {
  await withConnection(pool, timeoutMillis, async (client) => {
    for (let tries = 1; (await versionOf(client, names)) < MIGRATIONS.length; tries++) {
      try {
        await migrateOnce(client, names);
      } catch (error) {
        // Inside of a transaction, Postgres may not yet see what another has made while this one waited for the lock.
        if (tries < MAX_TRIES && ALREADY_THERE.includes(sqlStateOf(error))) continue;
        if (sqlStateOf(error) !== DUPLICATE_TABLE) throw error;
        throw refused(
          `${names.table} or what belongs to it, of another program`,
          'a name that is free',
          error,
        );
      }
    }
  });
}

async function migrateOnce(client: PostgresPoolClient, names: LedgerNames): Promise<void> {
  // Whatever the default is: a stricter one would see the state before the lock was waited for.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1::int, hashtext($2))', [LOCK_CLASS, names.table]);
    const version = await versionOf(client, names);
    if (version === 0) await createSchema(client, names);
    for (const statement of MIGRATIONS.slice(version).flat()) {
      await client.query(compile(statement, names.words, () => '').text);
    }
    await client.query(`UPDATE ${names.version} SET version = $1`, [MIGRATIONS.length]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function versionOf(client: PostgresPoolClient, names: LedgerNames): Promise<number> {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS "isThere"', [names.version]);
  if ((rows[0] as { isThere?: unknown }).isThere !== true) return 0;
  const versions = await client.query(`SELECT version FROM ${names.version}`);
  const version = Number((versions.rows[0] as { version?: unknown } | undefined)?.version);
  if (version <= MIGRATIONS.length) return version;
  throw refused(`version ${version} of the schema`, `at most ${MIGRATIONS.length}: update this package`);
}

async function createSchema(client: PostgresPoolClient, { schema }: LedgerNames): Promise<void> {
  if (schema === undefined) return;
  const { rows } = await client.query('SELECT to_regnamespace($1) IS NOT NULL AS "isThere"', [schema]);
  // Asked first: where it is there, the right to make one is not needed.
  if ((rows[0] as { isThere?: unknown }).isThere !== true) await client.query(`CREATE SCHEMA ${schema}`);
}

function refused(found: string, expected: string, cause?: unknown): InstrumentError {
  const problem = { path: 'table', found, expected };
  const summary = 'The ledger cannot use the database';
  return new InstrumentError('INSTRUMENT_AUDIT_REFUSED', summary, [problem], cause);
}
