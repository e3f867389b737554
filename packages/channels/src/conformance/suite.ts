import { deliveryCases, deliveryLeftOut } from './delivery-cases.ts';
import { failureCases, failuresLeftOut } from './failure-cases.ts';
import type { CaseLeftOut, ConformanceCase, ConformanceHarness, Receiver } from './harness.ts';
import { lifeCases, lifeLeftOut } from './life-cases.ts';

/**
 * What every channel must do, to be run with any test runner:
 *
 * ```ts
 * for (const { name, run } of channelConformance(harness)) test(name, run);
 * for (const { name, reason } of casesLeftOut(harness)) test.skip(`${name} (${reason})`, () => {});
 * ```
 *
 * Cases that do not apply, by what the harness says, are not in the list; {@link casesLeftOut} has them.
 */
export function channelConformance<R extends Receiver>(
  harness: ConformanceHarness<R>,
): readonly ConformanceCase[] {
  return [...deliveryCases(harness), ...failureCases(harness), ...lifeCases(harness)];
}

/** The cases that {@link channelConformance} leaves out, and why. */
export function casesLeftOut<R extends Receiver>(harness: ConformanceHarness<R>): readonly CaseLeftOut[] {
  return [...deliveryLeftOut(harness), ...failuresLeftOut(harness), ...lifeLeftOut(harness)];
}
