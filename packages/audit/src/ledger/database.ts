/** A value that a statement takes. */
export type SqlValue = string | number | null;

/** Values by the names that a statement has for them. */
export type SqlParameters = Readonly<Record<string, SqlValue>>;

/** A row by the names of its columns. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** A database that has the table of a ledger. */
export interface LedgerDatabase {
  /** Runs one of `statements.ts`, which is atomic and durable by itself, and resolves to the rows that it returns. */
  query(statement: string, parameters: SqlParameters): Promise<SqlRow[]>;
  /** Lets go of the database. Idempotent; never rejects. */
  close(): Promise<void>;
}
