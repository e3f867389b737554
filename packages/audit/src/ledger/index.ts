export type { Begun, Claim } from './claim.ts';
export type { LedgerEntry, LedgerState } from './entry.ts';
export { type LedgerKeyParts, ledgerKey } from './key.ts';
export type {
  BeginOptions,
  CompleteOptions,
  FailOptions,
  Ledger,
  LedgerPage,
  LedgerQuery,
  LedgerStats,
} from './ledger.ts';
export { type LedgerOptions, openLedger } from './open-ledger.ts';
export type { PostgresLedgerOptions } from './postgres/open-postgres-ledger.ts';
export type { PostgresPool, PostgresPoolClient } from './postgres/pool.ts';
export type { LedgerSettings } from './settings.ts';
export type { SqliteDatabase, SqliteDriver, SqliteStatement } from './sqlite/driver.ts';
export type { SqliteLedgerOptions } from './sqlite/open-sqlite-ledger.ts';
export { StaleClaimError } from './stale-claim-error.ts';
export type { LedgerWork, Taken, TakeOptions } from './take.ts';
