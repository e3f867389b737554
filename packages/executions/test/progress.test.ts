import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type ExecutionProgressEvent, trackExecution } from '../src/index.ts';
import { progressOf } from '../src/progress.ts';
import { ClockGate } from '../src/run/gate.ts';
import { Pace } from '../src/run/pace.ts';
import { createBed, deferred } from './support/bed.ts';

const FACTS = { failed: 0, elapsedMillis: 0, chunks: 0, activeWorkers: 0 };

/** Keeps the event loop busy. */
function block(millis: number): void {
  const end = performance.now() + millis;
  while (performance.now() < end);
}

describe('progress', () => {
  it('has percentage and time left where the total is known', () => {
    const at = (processed: number, total: number | undefined, ratePerSecond: number) =>
      progressOf({ ...FACTS, processed, total, ratePerSecond });
    expect(at(25, 100, 5)).toMatchObject({ percentage: 25, remainingMillis: 15_000 });
    expect(at(25, 100, 0)).toMatchObject({ percentage: 25, remainingMillis: undefined });
    expect(at(25, undefined, 5)).toMatchObject({ percentage: undefined, remainingMillis: undefined });
    expect(at(0, 0, 0)).toMatchObject({ percentage: 100, remainingMillis: 0 });
    expect(at(120, 100, 5)).toMatchObject({ percentage: 100, remainingMillis: 0 });
  });

  it('comes while work waits, at most once in its interval, and once in the end', async () => {
    const bed = createBed();
    const told = () => bed.payloads('execution.progress');
    await trackExecution('nightly', { ...bed.options, items: 4, progressInterval: 30 }, async (run) => {
      run.itemDone(2);
      await until('it is told', () => told().length >= 3);
      run.addTotal(4);
      run.itemDone(6);
    });
    expect(told()[0]).toMatchObject({ processed: 2, total: 4, percentage: 50 });
    expect(told().at(-1)).toMatchObject({ processed: 8, total: 8, percentage: 100, remainingMillis: 0 });
    expect(bed.names().slice(-2)).toEqual(['execution.progress', 'execution.completed']);
    const times = told().map(({ elapsedMillis }) => elapsedMillis);
    for (let i = 1; i < times.length - 1; i++) {
      // Timers of Node.js count whole milliseconds, and may be early by one.
      expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(28);
    }
  });

  it('may be wanted more seldom than a timer of Node.js can wait', async () => {
    const bed = createBed();
    const waited = deferred();
    const running = trackExecution('rare', { ...bed.options, progressInterval: '30d' }, () => waited.promise);
    // A timer of a millisecond, which it would be, would have rung by then.
    await delay(10);
    expect(bed.payloads('execution.progress')).toEqual([]);
    waited.resolve();
    await running;
    expect(bed.payloads('execution.progress')).toHaveLength(1);
  });

  it('comes from work that never lets go of the event loop', () => {
    const told: ExecutionProgressEvent[] = [];
    const bed = createBed({ listens: false });
    const hooks = { onProgress: (event: ExecutionProgressEvent) => told.push(event) };
    let chances = 0;
    trackExecution('busy', { ...bed.options, items: 300, progressInterval: 20, hooks }, (run) => {
      let lastMillis = performance.now();
      for (let i = 0; i < 300; i++) {
        block(1);
        run.itemDone();
        // On a busy machine one item may take several intervals.
        if (performance.now() - lastMillis < 20) continue;
        lastMillis = performance.now();
        chances++;
      }
    });
    // The clock is looked at several times in each interval, so that few of them go by unseen.
    const intervals = Math.floor(told.at(-1)!.elapsedMillis / 20);
    expect(told.length).toBeGreaterThan(chances / 3);
    expect(told.length).toBeLessThanOrEqual(intervals + 1);
  });

  it('of an unknown total becomes known when something is added to it', () => {
    const bed = createBed();
    trackExecution('grows', bed.options, (run) => {
      expect(run.progress()).toMatchObject({ total: undefined, percentage: undefined });
      run.addTotal(3);
      run.itemDone();
      run.addTotal(1);
      expect(run.progress()).toMatchObject({ total: 4, percentage: 25 });
      expect(bed.metric('grows.items.remaining')).toEqual({ '': 3 });
    });
  });
});

describe('the rate', () => {
  it('is the plain mean of what is young, however often it is looked at', () => {
    const pace = new Pace(0);
    expect(pace.ratePerSecond(0, 0)).toBe(0);
    for (let millis = 10; millis <= 1_000; millis += 10) pace.ratePerSecond(millis, millis / 5);
    expect(pace.ratePerSecond(1_000, 200)).toBeCloseTo(200, 6);
    expect(new Pace(0).ratePerSecond(1_000, 200)).toBeCloseTo(200, 6);
  });

  it('follows a change within some ten seconds', () => {
    const pace = new Pace(0);
    let processed = 0;
    for (let millis = 100; millis <= 60_000; millis += 100) {
      processed += 10;
      pace.ratePerSecond(millis, processed);
    }
    for (let millis = 60_100; millis <= 70_000; millis += 100) pace.ratePerSecond(millis, processed);
    // What is ten seconds old weighs 1/e.
    expect(pace.ratePerSecond(70_000, processed)).toBeCloseTo(100 / Math.E, 0);
  });

  it('gives the time left of slow items by their mean, whenever it is looked at', () => {
    const pace = new Pace(0);
    for (let millis = 1_000; millis <= 600_000; millis += 1_000) {
      const processed = Math.floor(millis / 60_000);
      const left = pace.millisFor(10, millis, processed);
      if (processed === 0) expect(left).toBeUndefined();
      else expect(left! / 600_000).toBeCloseTo(1 + (millis % 60_000) / 60_000 / processed, 6);
    }
  });

  it('gives no time left when nothing moves any more, and one again when it does', () => {
    const pace = new Pace(0);
    for (let millis = 100; millis <= 60_000; millis += 100) pace.ratePerSecond(millis, millis);
    expect(pace.millisFor(5_000, 60_000, 60_000)).toBeCloseTo(5_000, 0);
    expect(pace.millisFor(5_000, 75_000, 60_000)).toBeGreaterThan(5_000);
    for (const millis of [91_000, 600_000, 7_300_000, 1e9]) {
      expect(pace.millisFor(5_000, millis, 60_000)).toBeUndefined();
    }
    expect(pace.millisFor(5_000, 1e9 + 100, 60_100)).toBeGreaterThan(0);
  });

  it('lies between the least and the greatest that there was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5_000), fc.nat(1_000)), { minLength: 1 }), (steps) => {
        const pace = new Pace(0);
        let millis = 0;
        let processed = 0;
        const rates: number[] = [];
        let rate = 0;
        let waiting = 0;
        for (const [pause, items] of steps) {
          millis += pause;
          processed += items;
          waiting += items;
          if (pause > 0) {
            rates.push((waiting / pause) * 1_000);
            waiting = 0;
          }
          rate = pace.ratePerSecond(millis, processed);
        }
        if (rates.length === 0) return rate === 0;
        return (
          rate >= Math.min(...rates) * (1 - 1e-9) - 1e-9 && rate <= Math.max(...rates) * (1 + 1e-9) + 1e-9
        );
      }),
    );
  });
});

describe('the gate', () => {
  it('opens a few times in each interval, whatever the pace', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1_000, noNaN: true }), (itemsPerMilli) => {
        const gate = new ClockGate(1_000, 0);
        let processed = 1;
        let looks = 0;
        while (processed / itemsPerMilli < 20_000 && looks < 5_000) {
          looks++;
          const next = gate.next(processed / itemsPerMilli, processed);
          expect(next).toBeGreaterThan(processed);
          processed = next;
        }
        // Twenty intervals; slow items are looked at one by one, and the first steps are short.
        expect(looks).toBeLessThanOrEqual(20 * 16 + 32);
      }),
    );
  });
});
