import { type MeterProvider, meterProvider } from '@org/instrument-core';
import type { Begun } from './claim.ts';
import type { LedgerState } from './entry.ts';

/** How a claim ended. `dead`: the input was given up; `stale`: the claim was lost to another claimant before. */
export type ClaimEnd = 'completed' | 'failed' | 'dead' | 'released' | 'stale';

/** States that the end of a claim leads to. */
export type EndState = Exclude<LedgerState, 'running'>;

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

/** How a claim ended that left its input in this state. */
export function endOf(state: EndState): ClaimEnd {
  return state === 'pending' ? 'released' : state;
}
