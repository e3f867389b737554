import { InstrumentError } from '@org/instrument-core';
import type { SqliteDatabase } from './driver.ts';

/** `application_id` of a ledger's file: "ledg" (SQLite, "Pragma statements"). */
const APPLICATION_ID = 0x6c656467;

/** What leads from each version of the schema, `user_version`, to the next one; the first from an empty file. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE ledger (
    key TEXT PRIMARY KEY NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, token INTEGER NOT NULL,
    nonce TEXT NOT NULL, run TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
    created_at INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, due_at INTEGER,
    error_type TEXT, error_message TEXT, row_count INTEGER, byte_count INTEGER, digest TEXT, entry INTEGER,
    attributes TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ledger_state ON ledger (state, started_at, token);
  CREATE INDEX ledger_started ON ledger (started_at, token);
  CREATE INDEX ledger_run ON ledger (run, started_at, token);
  CREATE INDEX ledger_due ON ledger (due_at, token) WHERE due_at IS NOT NULL;
  -- Tokens outlive the inputs that they were given for, or one could be given twice.
  CREATE TABLE ledger_token (value INTEGER NOT NULL) STRICT;
  INSERT INTO ledger_token VALUES (0);
  CREATE TRIGGER ledger_first_token AFTER INSERT ON ledger BEGIN
    UPDATE ledger_token SET value = new.token;
  END;
  CREATE TRIGGER ledger_next_token AFTER UPDATE OF token ON ledger BEGIN
    UPDATE ledger_token SET value = new.token;
  END;`,
];

/**
 * Brings the schema of a file up to date, in one transaction.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_REFUSED` for a file of another program, or of a later version of this one.
 */
export function migrateSqlite(database: SqliteDatabase): void {
  if (isCurrent(database)) return;
  // Others that open the file at the same time wait here, and then find it done.
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of MIGRATIONS.slice(versionOf(database))) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function isCurrent(database: SqliteDatabase): boolean {
  return versionOf(database) === MIGRATIONS.length;
}

function versionOf(database: SqliteDatabase): number {
  const id = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  const [first] = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').all();
  const isEmpty = id === 0 && version === 0 && first === undefined;
  if (isEmpty) return 0;
  if (id !== APPLICATION_ID)
    throw refused('tables of another program', 'an empty database, or one of a ledger');
  if (version > MIGRATIONS.length)
    throw refused(`version ${version} of the schema`, `at most ${MIGRATIONS.length}: update this package`);
  return version;
}

function pragma(database: SqliteDatabase, name: string): number {
  const [row] = database.prepare(`PRAGMA ${name}`).all() as Record<string, unknown>[];
  return Number(row?.[name]);
}

function refused(found: string, expected: string): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_REFUSED', 'The ledger cannot use the database', [
    { path: 'path', found, expected },
  ]);
}
