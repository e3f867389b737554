import { describe, test } from 'vitest';
import type { ConformanceHarness, Receiver } from '../../src/conformance/harness.ts';
import { casesLeftOut, channelConformance } from '../../src/conformance/suite.ts';

/** Runs the suite of all channels; what a receiver cannot do is shown as skipped, with the reason. */
export function runSuite<R extends Receiver>(title: string, harness: ConformanceHarness<R>): void {
  describe(title, () => {
    for (const { name, run } of channelConformance(harness)) test(name, run);
    for (const { name, reason } of casesLeftOut(harness)) test.skip(`${name} (${reason})`, () => {});
  });
}

/** Of a receiver that speaks HTTP. */
export const ALL_BEHAVIOURS = {
  refuse: true,
  hang: true,
  throttle: true,
  fail: true,
  reject: true,
  rubbish: true,
  break: true,
  redirect: true,
} as const;
