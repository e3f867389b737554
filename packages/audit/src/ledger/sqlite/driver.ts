import { needPackage, type OptionalPackage, packageMissing } from '@org/instrument-core';

/** What is needed of a statement: `better-sqlite3` and `node:sqlite` have it. */
export interface SqliteStatement {
  all(...parameters: object[]): unknown[];
}

/** What is needed of an open database: that of `better-sqlite3`, or the `DatabaseSync` of `node:sqlite`. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/** Names of the drivers. */
export type SqliteDriver = 'node:sqlite' | 'better-sqlite3';

type OpenDatabase = new (path: string) => SqliteDatabase;

const PACKAGE: OptionalPackage = {
  name: 'better-sqlite3',
  install: 'better-sqlite3@^12.0.0',
  advice: 'Or run Node.js 22.13 or later, which has SQLite itself',
};

/**
 * Opens a database file. Without a driver given it is that of Node.js itself where it needs no flag (from 22.13; until 24 it
 * warns that it is experimental), else `better-sqlite3`.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when there is no driver.
 */
export function openSqlite(path: string, driver: SqliteDriver | undefined): SqliteDatabase {
  const builtIn = driver === 'better-sqlite3' ? undefined : builtInDriver();
  if (builtIn !== undefined) return new builtIn(path);
  if (driver === 'node:sqlite') {
    const reason = new Error(`Node.js ${process.versions.node} does not have it without a flag`);
    throw packageMissing(PACKAGE, reason);
  }
  checkVersion();
  const Database = needPackage(PACKAGE, import.meta.url) as OpenDatabase;
  try {
    return new Database(path);
  } catch (error) {
    // Its native part is loaded by the first database.
    throw isOfLoading(error) ? packageMissing(PACKAGE, error) : error;
  }
}

/** From version 13, its native part does not fail on Node.js 20: it ends the process. */
function checkVersion(): void {
  if (Number.parseInt(process.versions.node, 10) >= 22) return;
  const { version } = needPackage(PACKAGE, import.meta.url, 'better-sqlite3/package.json') as {
    version: string;
  };
  if (Number.parseInt(version, 10) < 13) return;
  const reason = new Error(`version ${version} does not run on Node.js ${process.versions.node}`);
  throw packageMissing(PACKAGE, reason);
}

function builtInDriver(): OpenDatabase | undefined {
  const module = process.getBuiltinModule('node:sqlite') as { DatabaseSync?: OpenDatabase } | undefined;
  return module?.DatabaseSync;
}

/** SQLITE_BUSY, in its low byte: somebody else writes (SQLite, "Result and Error Codes"). */
const BUSY = 5;

/** Whether a native part was not found, or is for another Node.js. */
function isOfLoading(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND') return true;
  return typeof message === 'string' && message.startsWith('Could not locate the bindings file');
}

/** Whether the database was in use, so that the same may succeed later. */
export function isBusy(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return (errcode & 0xff) === BUSY;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}
