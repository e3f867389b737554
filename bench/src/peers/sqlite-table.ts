import { join } from 'node:path';
import type { AuditOperation } from '@org/instrument-audit';
// Not among the dependencies of this package: the workspace has it, as an optional one, at its root.
import Database from 'better-sqlite3';
import type { Side } from '../audit/sides.ts';

const TOGETHER = 100;

/** A table in SQLite, each commit of which is synced: an insert each, or a hundred of them in a transaction. */
export function openSqlite(directory: string, isTogether: boolean): Side {
  const database = new Database(join(directory, 'audit.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, time TEXT, entry TEXT) STRICT');
  const statement = database.prepare('INSERT INTO entries (time, entry) VALUES (?, ?)');
  const insert = (operation: AuditOperation): void => {
    statement.run(new Date().toISOString(), JSON.stringify(operation));
  };
  const insertAll = database.transaction((operations: readonly AuditOperation[]) => {
    for (const operation of operations) insert(operation);
  });
  const counting = database.prepare('SELECT count(*) FROM entries').pluck();
  let waiting: AuditOperation[] = [];
  const insertWaiting = (): void => {
    insertAll(waiting);
    waiting = [];
  };
  return {
    put: (operation) => {
      if (!isTogether) return insert(operation);
      waiting.push(operation);
      if (waiting.length === TOGETHER) insertWaiting();
    },
    putDurably: (operation) => {
      insert(operation);
      return undefined;
    },
    settle: async () => insertWaiting(),
    count: () => counting.get() as number,
    close: async () => {
      database.close();
    },
  };
}
