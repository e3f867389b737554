import { type MeterProvider, meterProvider } from '@org/instrument-core';
import type { Begun } from './claim.ts';

/** How a claim ended. `stale`: it was lost to another claimant before. */
export type ClaimEnd = 'completed' | 'failed' | 'dead' | 'released' | 'stale';

/** The metrics of a ledger. */
export interface LedgerMetrics {
  begun(status: Begun['status']): void;
  ended(end: ClaimEnd): void;
}

/** Creates the instruments. */
export function createLedgerMetrics(provider: MeterProvider = meterProvider): LedgerMetrics {
  const meter = provider.getMeter('@org/instrument-audit');
  const begins = meter.createCounter('audit.ledger.begins', {
    unit: '{input}',
    description: 'Inputs that were asked for, by what the ledger said',
  });
  const ends = meter.createCounter('audit.ledger.ends', {
    unit: '{claim}',
    description: 'Claims on inputs that ended, by how',
  });
  return {
    begun: (outcome) => begins.add(1, { outcome }),
    ended: (outcome) => ends.add(1, { outcome }),
  };
}
