import { describe, expect, it, vi } from 'vitest';
import { createBed, createDial } from '../bed.ts';
import { pass, useFakeClock } from '../fake-clock.ts';

useFakeClock();

/** Width of a slot of the timer wheel, and the millisecond that Node.js rounds a delay up to. */
const LATEST_MILLIS = 11;

/** A check that keeps the times at which it began. */
function createTimed(outcome: () => boolean = () => true) {
  const times: number[] = [];
  const check = (): boolean => {
    times.push(performance.now());
    return outcome();
  };
  const gaps = () => times.slice(1).map((time, i) => time - (times[i] as number));
  return { times, check, gaps };
}

describe('in the background', () => {
  it('checks run from start() to stop()', async () => {
    const { health } = createBed();
    const dial = createDial();
    health.register('db', dial.check, { interval: '1s' });
    await pass(10_000);
    expect(dial.runs).toBe(0);
    health.start();
    await pass(10_000);
    expect(dial.runs).toBeGreaterThanOrEqual(9);
    const { runs } = dial;
    health.stop();
    await pass(60_000);
    expect(dial.runs).toBe(runs);
    health.start();
    await pass(1_200);
    expect(dial.runs).toBeGreaterThan(runs);
    health.stop();
  });

  it('one stop() ends what several start() began', async () => {
    const { health } = createBed();
    const dial = createDial();
    health.register('db', dial.check, { interval: '1s' });
    health.start();
    health.start();
    health.stop();
    health.stop();
    await pass(10_000);
    expect(dial.runs).toBe(0);
  });

  it('intervals vary by a tenth at most, and do vary', async () => {
    const { health } = createBed();
    const { check, gaps } = createTimed();
    health.register('db', check, { interval: '10s' });
    health.start();
    await pass(2_000_000);
    expect(gaps().length).toBeGreaterThan(180);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(9_000);
    expect(Math.max(...gaps())).toBeLessThanOrEqual(11_000 + LATEST_MILLIS);
    expect(Math.max(...gaps()) - Math.min(...gaps())).toBeGreaterThan(1_000);
  });

  it('the first runs are spread over a second, or over a shorter interval', async () => {
    const { health } = createBed();
    const firsts: number[] = [];
    for (let i = 0; i < 1_000; i++) health.register(`check ${i}`, () => void firsts.push(performance.now()));
    const quick = createTimed();
    health.register('quick', quick.check, { interval: 50 });
    const from = performance.now();
    health.start();
    await pass(1_000 + LATEST_MILLIS);
    expect(firsts.length).toBe(1_000);
    expect(quick.times[0]).toBeLessThanOrEqual(from + 50 + LATEST_MILLIS);
    const perTenth = Array.from({ length: 10 }, (_, i) => {
      const tenth = from + i * 100;
      return firsts.filter((time) => time >= tenth && time < tenth + 100).length;
    });
    // Evenly it would be a hundred in each; ten standard deviations are as many again.
    expect(Math.max(...perTenth)).toBeLessThan(200);
  });

  it('a thousand checks, each with a timeout, wait on a single timer', async () => {
    const { health } = createBed();
    for (let i = 0; i < 1_000; i++) health.register(`check ${i}`, () => new Promise(() => {}));
    health.start();
    expect(vi.getTimerCount()).toBe(1);
    await pass(2_000);
    expect(health.report().components.every(({ status }) => status === 'unknown')).toBe(true);
    expect(vi.getTimerCount()).toBe(1);
    await pass(4_100);
    expect(health.report().components.every(({ status }) => status === 'unhealthy')).toBe(true);
    health.stop();
  });

  it('a check that fails is looked at more often, until it is well', async () => {
    const { health } = createBed();
    let isUp = false;
    const { check, gaps, times } = createTimed(() => isUp);
    health.register('db', check, { successThreshold: 2, downInterval: '2s' });
    health.start();
    await pass(60_000);
    expect(Math.max(...gaps())).toBeLessThanOrEqual(2_200 + LATEST_MILLIS);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(1_800);
    isUp = true;
    await pass(120_000);
    // The second good result makes it well; from then on it is the usual interval.
    expect(gaps().at(-1)).toBeGreaterThanOrEqual(27_000);
    expect(times.length).toBeLessThan(40);
  });

  it('a check that has failed before start() is looked at as soon as any that fails', async () => {
    const { health } = createBed();
    const dial = createDial(false);
    health.register('db', dial.check, { downInterval: '2s' });
    await health.check();
    health.start();
    await pass(2_200 + LATEST_MILLIS);
    expect(dial.runs).toBe(2);
  });

  it('a check whose first failure counts for nothing yet is looked at soon all the same', async () => {
    const { health } = createBed();
    const { check, gaps } = createTimed(() => performance.now() < 0);
    health.register('db', check, { failureThreshold: 3 });
    health.start();
    await pass(12_200);
    expect(gaps().every((gap) => gap <= 5_500 + LATEST_MILLIS)).toBe(true);
    expect(gaps().length).toBeGreaterThanOrEqual(2);
  });

  it('the next run is an interval after the last, whoever asked for that', async () => {
    const { health } = createBed();
    const { check, times } = createTimed();
    health.register('db', check, { interval: '10s' });
    health.start();
    await pass(2_000);
    await health.check({ fresh: true });
    await pass(8_900);
    expect(times.length).toBe(2);
    await pass(2_200);
    expect(times.length).toBe(3);
  });

  it('a check that is registered later is run soon, and no more once it is taken out', async () => {
    const { health } = createBed();
    health.start();
    const dial = createDial();
    health.register('db', dial.check, { interval: '1s' });
    await pass(1_100);
    expect(dial.runs).toBeGreaterThanOrEqual(1);
    const { runs } = dial;
    health.unregister('db');
    await pass(10_000);
    expect(dial.runs).toBe(runs);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a check that is taken out while it runs is told to stop, and nothing comes of the run', async () => {
    const { health, heard, metric } = createBed();
    let aborted: unknown;
    health.register(
      'db',
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = signal.reason;
            reject(signal.reason);
          });
        }),
    );
    health.start();
    await pass(1_100);
    health.unregister('db');
    await pass(60_000);
    expect(aborted).toMatchObject({ message: 'the check was unregistered' });
    expect([heard, metric('health.check.duration')]).toEqual([[], {}]);
    health.stop();
  });
});
