import type { Words } from '../compile.ts';

/** Longest name of a table: Postgres cuts names after 63 bytes, and the longest suffix has 8. */
export const MAX_TABLE_BYTES = 55;
/** Longest name of a schema. */
export const MAX_SCHEMA_BYTES = 63;

/** Names of a ledger's relations, quoted. */
export interface LedgerNames {
  readonly schema: string | undefined;
  readonly table: string;
  readonly version: string;
  /** Of the statements and migrations. */
  readonly words: Words;
}

/** Quotes the names (PostgreSQL, "Identifiers and Key Words"). Without a schema, they are found by the search path. */
export function ledgerNames(schema: string | undefined, table: string): LedgerNames {
  const prefix = schema === undefined ? '' : `${quote(schema)}.`;
  const of = (suffix: string): string => `${prefix}${quote(`${table}${suffix}`)}`;
  return {
    schema: schema === undefined ? undefined : quote(schema),
    table: of(''),
    version: of('_version'),
    words: {
      table: of(''),
      version: of('_version'),
      sequence: of('_token'),
      // An index is in the schema of its table.
      state: quote(`${table}_state`),
      started: quote(`${table}_started`),
      run: quote(`${table}_run`),
      due: quote(`${table}_due`),
      token: `nextval(${literal(of('_token'))}::regclass)`,
      // Not `now()`, which is when the transaction began: an upsert may have waited for another one since.
      now: 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)',
    },
  };
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
