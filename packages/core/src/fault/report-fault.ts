import { monotonicMillis } from '../clock.ts';
import { countSelf } from '../self-metrics.ts';
import { reasonOf } from './reason-of.ts';
import { tell } from './tell.ts';

/** A fault that repeats is said once a minute: it may occur at every call. */
const QUIET_MILLIS = 60_000;

interface Said {
  untilMillis: number;
  suppressed: number;
}

// Bounded by the components, and the few words that each has for what it does.
const said = new Map<string, Said>();

/**
 * Reports a fault that is kept from the application: counts it in `instrument.faults` under the component, and tells
 * OpenTelemetry's `diag` that `what` failed, at most once a minute for the same component and `what`. Never throws.
 */
export function reportFault(component: string, what: string, fault: unknown): void {
  countSelf('instrument.faults', component);
  const key = `${component}\n${what}`;
  const now = monotonicMillis();
  const before = said.get(key);
  if (before !== undefined && now < before.untilMillis) {
    before.suppressed++;
    return;
  }
  said.set(key, { untilMillis: now + QUIET_MILLIS, suppressed: 0 });
  const more = before === undefined || before.suppressed === 0 ? '' : `, ${before.suppressed} more unsaid`;
  tell('error', `${component}: ${what} failed${more}: ${reasonOf(fault)}`, fault);
}
