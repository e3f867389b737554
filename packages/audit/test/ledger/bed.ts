import type { Ledger, LedgerSettings } from '../../src/ledger/index.ts';

/** A place for ledgers, of one test: empty at first. */
export interface LedgerBed {
  /** Opens a ledger with a connection of its own; it is closed with the bed. */
  open(settings?: LedgerSettings): Promise<Ledger>;
  /** Options of `openLedger` in another process. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Lets time go by, for what the ledger has noted. */
  pass(millis: number): Promise<void>;
  /** Removes all inputs. */
  clear(): Promise<void>;
  end(): Promise<void>;
}

export type PrepareBed = () => Promise<LedgerBed>;

/** The bed of a test; `current()` is that of the one which runs. */
export interface CurrentBed {
  current(): LedgerBed;
}
