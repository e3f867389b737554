import { type CompiledStatement, compile } from '../compile.ts';
import type { LedgerDatabase, SqlParameters, SqlRow, SqlValue } from '../database.ts';
import type { SqliteDatabase, SqliteStatement } from './driver.ts';
import { Pace } from './pace.ts';
import { whileBusy } from './while-busy.ts';

/** Words of the statements. */
const WORDS = {
  table: 'ledger',
  now: ':now',
  token: '(SELECT value + 1 FROM ledger_token)',
} as const;

/** How a ledger uses a database. */
export interface SqliteUse {
  /** Longest wait for other processes. */
  readonly busyTimeoutMillis: number;
  /** Unix time in milliseconds. */
  readonly clock: () => number;
  /** Whether the database is closed with the ledger. */
  readonly isOwn: boolean;
}

/** A ledger's table in SQLite. Its statements are prepared once. */
export class SqliteLedgerDatabase implements LedgerDatabase {
  readonly #database: SqliteDatabase;
  readonly #use: SqliteUse;
  readonly #prepared = new Map<string, { compiled: CompiledStatement; prepared: SqliteStatement }>();
  readonly #pace = new Pace();
  #isClosed = false;

  constructor(database: SqliteDatabase, use: SqliteUse) {
    this.#database = database;
    this.#use = use;
  }

  query(statement: string, parameters: SqlParameters): Promise<SqlRow[]> {
    const turn = this.#pace.next();
    return turn === undefined
      ? this.#run(statement, parameters)
      : turn.then(() => this.#run(statement, parameters));
  }

  #run(statement: string, parameters: SqlParameters): Promise<SqlRow[]> {
    return whileBusy(this.#use.busyTimeoutMillis, () => {
      if (this.#isClosed) throw new Error('The database is closed');
      const { compiled, prepared } = this.#prepare(statement);
      const { names } = compiled;
      if (names.length === 0) return prepared.all() as SqlRow[];
      const values: Record<string, SqlValue> = {};
      for (const name of names) values[name] = name === 'now' ? this.#now() : (parameters[name] ?? null);
      return prepared.all(values) as SqlRow[];
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#prepared.clear();
    if (!this.#use.isOwn) return;
    try {
      this.#database.close();
    } catch {
      // It is as good as closed.
    }
  }

  #now(): number {
    return Math.trunc(this.#use.clock());
  }

  #prepare(statement: string): { compiled: CompiledStatement; prepared: SqliteStatement } {
    let known = this.#prepared.get(statement);
    if (known === undefined) {
      // Drivers bind numbers as floating point; a column would make whole numbers of them, but an expression does not.
      const compiled = compile(statement, WORDS, (name) =>
        name === 'now' ? 'CAST(:now AS INTEGER)' : `:${name}`,
      );
      known = { compiled, prepared: this.#database.prepare(compiled.text) };
      this.#prepared.set(statement, known);
    }
    return known;
  }
}
