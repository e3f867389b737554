/** What the ingestor counts by itself, to be compared with what its metrics say. */
export interface Tally {
  /** Messages that came, whatever they were. */
  received: number;
  bytesIn: number;
  malformed: number;
  /** Events that were looked at for duplicates: all that were not malformed. */
  checked: number;
  duplicates: number;
  written: number;
  bytesOut: number;
  batches: number;
  errors: number;
  retries: number;
  /** Times that the broker was lost and found again. */
  reconnects: number;
  circuitChanges: number;
  cacheHits: number;
  cacheMisses: number;
}

/** A tally of nothing. */
export function createTally(): Tally {
  return {
    received: 0,
    bytesIn: 0,
    malformed: 0,
    checked: 0,
    duplicates: 0,
    written: 0,
    bytesOut: 0,
    batches: 0,
    errors: 0,
    retries: 0,
    reconnects: 0,
    circuitChanges: 0,
    cacheHits: 0,
    cacheMisses: 0,
  };
}
