import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ledger, openLedger, type SqliteDriver } from '../../src/ledger/index.ts';
import { openSqlite } from '../../src/ledger/sqlite/driver.ts';
import type { LedgerBed } from './bed.ts';

/** A file for the ledgers of one test. */
export async function prepareSqlite(driver: SqliteDriver): Promise<LedgerBed & { readonly path: string }> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-ledger-')));
  const path = join(directory, 'data', 'ledger.db');
  const ledgers: Ledger[] = [await openLedger({ path, driver })];
  /** Changes the file behind the back of the ledgers. */
  const change = (sql: string): void => {
    const database = openSqlite(path, driver);
    try {
      database.exec(`PRAGMA busy_timeout = 5000; ${sql}`);
    } finally {
      database.close();
    }
  };
  return {
    path,
    options: { path, driver },
    async open(settings) {
      const ledger = await openLedger({ path, driver, synchronous: 'normal', ...settings });
      ledgers.push(ledger);
      return ledger;
    },
    async pass(millis) {
      change(`UPDATE ledger SET created_at = created_at - ${millis}, started_at = started_at - ${millis},
        ended_at = ended_at - ${millis}, due_at = due_at - ${millis}`);
    },
    async clear() {
      change('DELETE FROM ledger');
    },
    async end() {
      await Promise.all(ledgers.map((ledger) => ledger.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Drivers that are there. `node:sqlite` is, from Node.js 22.13. */
export const DRIVERS: readonly SqliteDriver[] = [
  'better-sqlite3',
  ...(process.getBuiltinModule('node:sqlite') === undefined ? [] : (['node:sqlite'] as const)),
];
