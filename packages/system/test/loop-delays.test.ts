import { syncBuiltinESMExports } from 'node:module';
import perfHooks, { type IntervalHistogram } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { LoopDelays } from '../src/groups/loop-delays.ts';

/** Tells which histograms are made from now on, with their resolutions. */
function watchHistograms(): { resolutions: (number | undefined)[]; histograms: IntervalHistogram[] } {
  const made = { resolutions: [] as (number | undefined)[], histograms: [] as IntervalHistogram[] };
  const { monitorEventLoopDelay } = perfHooks;
  perfHooks.monitorEventLoopDelay = (options) => {
    const histogram = monitorEventLoopDelay(options);
    made.resolutions.push(options?.resolution);
    made.histograms.push(histogram);
    return histogram;
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    perfHooks.monitorEventLoopDelay = monitorEventLoopDelay;
    syncBuiltinESMExports();
  });
  return made;
}

test('looks less often after a span that was quiet, and as often as before after one that was busy', () => {
  const made = watchHistograms();
  const delays = new LoopDelays(1_000, 0, 500);
  onTestFinished(() => delays.stop());
  expect(made.resolutions).toEqual([50, 50]);
  delays.at(500, 510);
  expect(made.resolutions).toEqual([50, 50]);
  delays.at(1_000, 549);
  delays.at(2_000, 598);
  expect(made.resolutions).toEqual([50, 50, 200, 200]);
  delays.at(3_000, 620);
  expect(made.resolutions).toEqual([50, 50, 200, 200]);
  delays.at(4_000, 670);
  expect(made.resolutions).toEqual([50, 50, 200, 200, 50, 50]);
});

test('the resolution is no part of a delay, whichever it is', async () => {
  const delays = new LoopDelays(1_000, 0, 0);
  onTestFinished(() => delays.stop());
  const least = (nowMillis: number): Promise<void> =>
    expect.poll(() => delays.at(nowMillis, 0)?.min, { timeout: 5_000 }).toBeLessThan(0.04);
  await least(0);
  delays.at(1_000, 0);
  delays.at(2_000, 0);
  await least(2_000);
});

test('nothing ticks when it has stopped', () => {
  const made = watchHistograms();
  const delays = new LoopDelays(1_000, 0, 0);
  delays.at(1_000, 0);
  delays.at(2_000, 100);
  delays.stop();
  // Whoever disables one that ticks is told `true`.
  expect(made.histograms.map((histogram) => histogram.disable())).toEqual(made.histograms.map(() => false));
});
