import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Duration, InstrumentError } from '@org/instrument-core';
import { makeDirectory } from '@org/instrument-core/directory';
import { Arguments } from '../arguments.ts';
import type { Ledger } from '../ledger.ts';
import { type LedgerSettings, readSettings, SETTINGS } from '../settings.ts';
import { SqlLedger } from '../sql-ledger.ts';
import { unavailable } from '../unavailable.ts';
import { openSqlite, type SqliteDatabase, type SqliteDriver } from './driver.ts';
import { migrateSqlite } from './migrate.ts';
import { SqliteLedgerDatabase } from './sqlite-database.ts';
import { whileBusy } from './while-busy.ts';

/** SQLite's own wait, which blocks the event loop: about the length of another's transaction. */
const BLOCKING_WAIT_MILLIS = 5;

/** Options of a ledger in SQLite: a file of one machine, for any number of its processes. */
export interface SqliteLedgerOptions extends LedgerSettings {
  /**
   * File, made when it is not there, for the user alone (0600), with its directory (0700). It must be on a local disk: on
   * network file systems the write-ahead log does not work. `:memory:` is a ledger of this process alone.
   */
  readonly path?: string | undefined;
  /** Default: `node:sqlite` where Node.js has it without a flag (22.13), else `better-sqlite3`. */
  readonly driver?: SqliteDriver | undefined;
  /**
   * In place of `path`: an open database for the ledger alone, which stays open when the ledger is closed, and whose
   * pragmas are yours.
   */
  readonly database?: SqliteDatabase | undefined;
  /**
   * `full`: what was acknowledged outlives a power failure. `normal`: the last changes may be lost in one, never in a
   * crash of the process, so that their inputs are taken in again; several times as fast. Default `full`.
   */
  readonly synchronous?: 'full' | 'normal' | undefined;
  /** Longest wait for other processes that write. Default `'5s'`. */
  readonly busyTimeout?: Duration | undefined;
  /** Unix time in milliseconds; processes on one file must agree about it. Default `Date.now`. */
  readonly clock?: (() => number) | undefined;
}

const OPTIONS = [...SETTINGS, 'path', 'driver', 'database', 'synchronous', 'busyTimeout', 'clock'] as const;

/** Opens a ledger in SQLite. */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const read = new Arguments<SqliteLedgerOptions>(options, OPTIONS as never);
  const settings = readSettings(read, options);
  const path = read.storable('path', Number.MAX_SAFE_INTEGER) ?? '';
  const driver = read.oneOf('driver', undefined, ['node:sqlite', 'better-sqlite3']);
  const synchronous = read.oneOf('synchronous', undefined, ['full', 'normal']) ?? 'full';
  const busyTimeoutMillis = read.wholeMillis('busyTimeout') ?? 5_000;
  const { database: given, clock = Date.now } = options;
  if (given !== undefined && typeof given?.prepare !== 'function')
    read.add('database', 'something without prepare', 'a database of better-sqlite3 or node:sqlite');
  if (given !== undefined && options.path !== undefined)
    read.add('database', 'a path beside it', 'one of both', 'Leave path out.');
  if (typeof clock !== 'function') read.add('clock', 'no function', 'a function that returns milliseconds');
  read.done('The ledger cannot be opened');

  let own: SqliteDatabase | undefined;
  try {
    if (given === undefined) {
      createPrivately(path);
      own = openSqlite(path, driver);
      own.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MILLIS}`);
    }
    const database = (given ?? own) as SqliteDatabase;
    await whileBusy(busyTimeoutMillis, () => {
      // Readers and the writer do not wait for each other, and a commit is one sync.
      own?.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
      migrateSqlite(database);
    });
    const use = { busyTimeoutMillis, clock, isOwn: own !== undefined };
    return new SqlLedger(new SqliteLedgerDatabase(database, use), settings);
  } catch (error) {
    own?.close();
    throw error instanceof InstrumentError ? error : unavailable('open', error);
  }
}

/** SQLite would make the file readable for all, and gives its log the mode of the file. */
function createPrivately(path: string): void {
  if (path === ':memory:') return;
  makeDirectory(dirname(path));
  closeSync(openSync(path, 'a', 0o600));
}
