import { describe, expect, it } from 'vitest';
import type { CheckOptions, RecoveryOptions } from '../src/check.ts';
import { createBed } from './bed.ts';
import { pass, useFakeClock } from './fake-clock.ts';

useFakeClock();

/** Width of a slot of the timer wheel, and the millisecond that Node.js rounds a delay up to. */
const LATEST_MILLIS = 11;

/** A check that is down until it is set to be up, with an action whose attempts are kept. */
function createDown(recover: Partial<RecoveryOptions> = {}, options: CheckOptions = {}) {
  const bed = createBed();
  const state = { isUp: false, runs: [] as number[], attempts: [] as number[] };
  const action: RecoveryOptions['action'] = (context) => {
    state.attempts.push(performance.now());
    return recover.action?.(context);
  };
  const check = (): boolean => {
    state.runs.push(performance.now());
    return state.isUp;
  };
  const thresholds = { failureThreshold: 1, successThreshold: 1 };
  bed.health.register('db', check, { ...thresholds, ...options, recover: { ...recover, action } });
  const gaps = () => state.attempts.slice(1).map((time, i) => time - (state.attempts[i] as number));
  return { ...bed, state, gaps };
}

describe('an action to recover', () => {
  it('is tried when the component goes down, and the check is run right after it', async () => {
    const { health, state, component, payloads, metric } = createDown({
      action: () => {
        state.isUp = true;
      },
    });
    const from = performance.now();
    await health.check();
    expect(component('db')).toMatchObject({ status: 'unhealthy', recovery: undefined });
    await pass(1_200 + LATEST_MILLIS);
    expect(state.attempts.length).toBe(1);
    expect(state.attempts[0]).toBeGreaterThanOrEqual(from + 800);
    expect(state.runs.at(-1)).toBe(state.attempts[0]);
    expect(component('db')).toMatchObject({
      status: 'healthy',
      recovery: {
        attempts: 1,
        lastOutcome: 'succeeded',
        lastError: undefined,
        lastTimestampMillis: component('db').checkedAtMillis,
      },
    });
    expect(payloads('health.recovery.attempted')).toMatchObject([
      { check: 'db', attempt: 1, outcome: 'succeeded', error: undefined },
    ]);
    expect(metric('health.recovery.attempts')).toEqual({ 'check=db,outcome=succeeded': 1 });
    await pass(3_600_000);
    expect(state.attempts.length).toBe(1);
  });

  it('is a function alone with the default delays', async () => {
    const { health } = createBed();
    let attempts = 0;
    health.register('db', () => false, { failureThreshold: 1, recover: () => void attempts++ });
    await health.check();
    await pass(790);
    expect(attempts).toBe(0);
    await pass(430);
    expect(attempts).toBe(1);
  });

  it('is given the name and a signal', async () => {
    const given: unknown[] = [];
    const { health } = createDown({ action: (context) => void given.push(context) });
    await health.check();
    await pass(1_300);
    expect(given).toEqual([{ name: 'db', signal: expect.any(AbortSignal) }]);
  });

  it('is not tried before the threshold is reached', async () => {
    const { health, state, component } = createDown({}, { failureThreshold: 3 });
    state.isUp = true;
    await health.check();
    state.isUp = false;
    for (let i = 0; i < 2; i++) await health.check({ fresh: true });
    await pass(60_000);
    expect([state.attempts.length, component('db').status]).toEqual([0, 'healthy']);
    await health.check({ fresh: true });
    await pass(1_300);
    expect(state.attempts.length).toBe(1);
  });

  it('is tried again and again, after waits that double, vary by a fifth, and have a longest', async () => {
    const { health, state, gaps } = createDown({ initialDelay: '1s', maxDelay: '20s' });
    const from = performance.now();
    await health.check();
    await pass(600_000);
    const waits = [(state.attempts[0] as number) - from, ...gaps()];
    for (const [i, wait] of waits.entries()) {
      const expected = Math.min(20_000, 1_000 * 2 ** i);
      expect(wait).toBeGreaterThanOrEqual(0.8 * expected);
      expect(wait).toBeLessThanOrEqual(1.2 * expected + LATEST_MILLIS);
    }
    const longest = waits.slice(5);
    expect(longest.length).toBeGreaterThan(20);
    expect(Math.max(...longest) - Math.min(...longest)).toBeGreaterThan(1_000);
  });

  it('never waits for longer than maxDelay', async () => {
    const { health, gaps } = createDown({ initialDelay: '1s', maxDelay: '1s' });
    await health.check();
    await pass(300_000);
    expect(Math.max(...gaps())).toBeLessThanOrEqual(1_000 + LATEST_MILLIS);
  });

  it('is given up after maxAttempts, until the component was well in between', async () => {
    const { health, state, component } = createDown({ maxAttempts: 3 });
    await health.check();
    await pass(600_000);
    expect(state.attempts.length).toBe(3);
    await health.check({ fresh: true });
    await pass(600_000);
    expect([state.attempts.length, component('db').recovery?.attempts]).toEqual([3, 3]);
    state.isUp = true;
    await health.check({ fresh: true });
    state.isUp = false;
    const from = performance.now();
    await health.check({ fresh: true });
    await pass(600_000);
    expect([state.attempts.length, component('db').recovery?.attempts]).toEqual([6, 3]);
    expect((state.attempts[3] as number) - from).toBeLessThanOrEqual(1_200 + LATEST_MILLIS);
  });

  it('is not tried while good results count towards the threshold', async () => {
    const { health, state } = createDown({}, { successThreshold: 3 });
    await health.check();
    await pass(1_300);
    expect(state.attempts.length).toBe(1);
    state.isUp = true;
    await health.check({ fresh: true });
    await pass(600_000);
    expect(state.attempts.length).toBe(1);
    state.isUp = false;
    await health.check({ fresh: true });
    await pass(3_000);
    expect(state.attempts.length).toBe(2);
  });

  it.each<[string, RecoveryOptions['action'], string]>([
    [
      'throws',
      () => {
        throw new Error('no such unit');
      },
      'no such unit',
    ],
    ['rejects', async () => Promise.reject(new Error('no such unit')), 'no such unit'],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      'nothing',
    ],
  ])('that %s is a failed attempt', async (_, action, error) => {
    const { health, component, payloads, metric, state } = createDown({ action });
    await health.check();
    await pass(1_300);
    expect(component('db').recovery).toMatchObject({ attempts: 1, lastOutcome: 'failed', lastError: error });
    expect(payloads('health.recovery.attempted')).toMatchObject([{ attempt: 1, outcome: 'failed', error }]);
    expect(metric('health.recovery.attempts')).toEqual({ 'check=db,outcome=failed': 1 });
    await pass(3_000);
    expect(state.attempts.length).toBe(2);
  });

  it('that never settles is abandoned, and no other is begun beside it', async () => {
    let signal: AbortSignal | undefined;
    let settle = (): void => {};
    const action: RecoveryOptions['action'] = (context) => {
      signal = context.signal;
      return new Promise<void>((resolve) => (settle = resolve));
    };
    const { health, component, metric, state } = createDown({ action, timeout: '2s' });
    await health.check();
    await pass(1_300);
    expect(component('db').recovery).toMatchObject({ attempts: 1, lastOutcome: undefined });
    await pass(2_000);
    expect(signal?.reason).toMatchObject({ name: 'TimeoutError', message: 'did not end within 2000 ms' });
    expect(component('db').recovery).toMatchObject({
      attempts: 1,
      lastOutcome: 'timeout',
      lastError: 'did not end within 2000 ms',
    });
    health.start();
    await pass(3_600_000);
    expect([state.attempts.length, metric('health.recovery.attempts')]).toEqual([
      1,
      { 'check=db,outcome=timeout': 1 },
    ]);
    settle();
    await pass(60_000);
    expect(state.attempts.length).toBeGreaterThan(1);
    health.stop();
  });

  it('is told to stop when the check is taken out, and not tried again', async () => {
    let signal: AbortSignal | undefined;
    const action: RecoveryOptions['action'] = (context) => {
      signal = context.signal;
      return new Promise(() => {});
    };
    const { health, state } = createDown({ action });
    await health.check();
    await pass(1_300);
    health.unregister('db');
    expect(signal?.aborted).toBe(true);
    const runs = state.runs.length;
    await pass(3_600_000);
    expect([state.attempts.length, state.runs.length]).toEqual([1, runs]);
  });

  it('is not tried for a check that was taken out before', async () => {
    const { health, state } = createDown();
    await health.check();
    health.unregister('db');
    await pass(3_600_000);
    expect(state.attempts).toEqual([]);
  });

  it('that helps is seen to, though a run from before it is still under way', async () => {
    const { health, component } = createBed();
    const endings: (() => void)[] = [];
    let attempts = 0;
    let isUp = false;
    const check = (): Promise<boolean> => {
      const wasUp = isUp;
      return new Promise((resolve) => endings.push(() => resolve(wasUp)));
    };
    const recover = (): void => {
      attempts++;
      isUp = true;
    };
    health.register('db', check, { failureThreshold: 1, successThreshold: 1, recover });
    void health.check();
    endings[0]?.();
    await pass(700);
    void health.check({ fresh: true });
    await pass(600);
    expect(attempts).toBe(1);
    for (let i = 1; i < 4; i++) {
      endings[i]?.();
      await pass(0);
    }
    expect(component('db').status).toBe('healthy');
    await pass(60_000);
    expect(attempts).toBe(1);
  });
});
