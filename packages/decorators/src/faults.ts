import { diag } from '@opentelemetry/api';
import { countSelf, monotonicMillis } from '@org/instrument-core';

/** A fault that repeats is said once a minute: it may occur at every call. */
const QUIET_MILLIS = 60_000;

interface Said {
  untilMillis: number;
  suppressed: number;
}

// Bounded by the number of instrumented functions times the few words of `what`.
const said = new Map<string, Said>();

/**
 * Reports a fault of the recorder or of a user's callback: counts it in `instrument.faults`, and tells OpenTelemetry's
 * `diag`, at most once a minute for the same operation and part. Never throws.
 */
export function reportFault(operation: string, what: string, fault: unknown): void {
  try {
    countSelf('instrument.faults', 'decorators');
    const key = `${operation}\n${what}`;
    const now = monotonicMillis();
    const before = said.get(key);
    if (before !== undefined && now < before.untilMillis) {
      before.suppressed++;
      return;
    }
    said.set(key, { untilMillis: now + QUIET_MILLIS, suppressed: 0 });
    const more = before === undefined || before.suppressed === 0 ? '' : `, ${before.suppressed} more unsaid`;
    diag.error(`Instrumentation of ${operation}: ${what} failed${more}`, fault);
  } catch {
    // The diag logger is the user's; when it throws there is nowhere left to tell.
  }
}

/** Swallows the rejection of what a callback returned by mistake, such as the promise of an async function. */
export function discard(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}
