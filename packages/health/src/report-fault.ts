import { diag } from '@opentelemetry/api';
import { countSelf, monotonicMillis } from '@org/instrument-core';
import { reasonOf } from './run/outcome.ts';

/** A fault that repeats is said once a minute: it may occur with every request. */
const QUIET_MILLIS = 60_000;

// Bounded by the few words of `what`.
const quietUntilMillis = new Map<string, number>();

/**
 * Reports a fault that is kept from the application: counts it in `instrument.faults`, and tells OpenTelemetry's
 * `diag`, at most once a minute for the same `what`. Never throws.
 */
export function reportFault(what: string, fault: unknown): void {
  try {
    countSelf('instrument.faults', 'health');
    const now = monotonicMillis();
    if (now < (quietUntilMillis.get(what) ?? 0)) return;
    quietUntilMillis.set(what, now + QUIET_MILLIS);
    diag.error(`health: ${what} failed: ${reasonOf(fault)}`, fault);
  } catch {
    // The diag logger is the user's; when it throws there is nowhere left to tell.
  }
}
