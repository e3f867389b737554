import { within } from '@org/instrument-core';
import { type CompiledStatement, compile, type Words } from '../compile.ts';
import type { LedgerDatabase, SqlParameters, SqlRow } from '../database.ts';
import { type OwnPool, type PostgresPool, sqlStateOf, withConnection } from './pool.ts';

/**
 * SQLSTATEs of statements that are to be tried again: `serialization_failure`, which stricter isolation than the default
 * has, and `deadlock_detected` (PostgreSQL, "Error Codes").
 */
const RETRIED: readonly unknown[] = ['40001', '40P01'];
const MAX_TRIES = 5;
const MAX_WAIT_MILLIS = 20;

/** How a ledger uses a pool. */
export interface PostgresUse {
  /** Longest wait for a connection and an answer. */
  readonly timeoutMillis: number;
  readonly words: Words;
  /** The pool, when it ends with the ledger. */
  readonly own: OwnPool | undefined;
}

/** A ledger's table in Postgres. Its statements are not prepared by name: a pooler between may mix up the sessions. */
export class PostgresLedgerDatabase implements LedgerDatabase {
  readonly #pool: PostgresPool;
  readonly #use: PostgresUse;
  readonly #compiled = new Map<string, CompiledStatement>();

  constructor(pool: PostgresPool, use: PostgresUse) {
    this.#pool = pool;
    this.#use = use;
  }

  async query(statement: string, parameters: SqlParameters): Promise<SqlRow[]> {
    const { text, names } = this.#compile(statement);
    const values = names.map((name) => parameters[name] ?? null);
    for (let tries = 1; ; tries++) {
      try {
        const { timeoutMillis } = this.#use;
        const { rows } = await withConnection(this.#pool, timeoutMillis, (client) =>
          client.query(text, values),
        );
        return rows as SqlRow[];
      } catch (error) {
        if (tries === MAX_TRIES || !RETRIED.includes(sqlStateOf(error))) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_WAIT_MILLIS));
    }
  }

  async close(): Promise<void> {
    const { own, timeoutMillis } = this.#use;
    if (own === undefined) return;
    // A server that does not answer does not say goodbye either.
    const ended = own.end().catch(() => {});
    await within<unknown>(ended, timeoutMillis, () => {}, { ref: true });
  }

  #compile(statement: string): CompiledStatement {
    let compiled = this.#compiled.get(statement);
    if (compiled === undefined) {
      compiled = compile(statement, this.#use.words, (_, position) => `$${position}`);
      this.#compiled.set(statement, compiled);
    }
    return compiled;
  }
}
