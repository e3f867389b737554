import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../src/check.ts';
import { AT_ONCE, createBed, createDial } from '../bed.ts';
import { pass, useFakeClock } from '../fake-clock.ts';

useFakeClock();

describe('stop()', () => {
  it('aborts runs under way, and is not a failure of theirs', async () => {
    const { health, component, payloads, metric } = createBed();
    let signal: AbortSignal | undefined;
    health.register('db', (run) => {
      signal = run.signal;
      return new Promise((_, reject) =>
        run.signal.addEventListener('abort', () => reject(run.signal.reason)),
      );
    });
    health.report();
    health.start();
    await pass(1_100);
    health.stop();
    await pass(0);
    expect(signal?.aborted).toBe(true);
    expect(component('db')).toMatchObject({ status: 'unknown', consecutiveFailures: 0 });
    expect([payloads('health.component.degraded'), metric('health.check.failures')]).toEqual([[], {}]);
  });

  it('ends what was tried to bring components back', async () => {
    const { health } = createBed();
    let attempts = 0;
    health.register('db', () => false, { ...AT_ONCE, recover: () => void attempts++ });
    health.start();
    await pass(10_000);
    expect(attempts).toBeGreaterThan(0);
    health.stop();
    const before = attempts;
    await pass(3_600_000);
    expect(attempts).toBe(before);
  });

  it('ends it for good, though an attempt is under way and only fails for being told to stop', async () => {
    const { health } = createBed();
    let attempts = 0;
    const recover = ({ signal }: CheckContext): Promise<void> => {
      attempts++;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const dial = createDial(false);
    health.register('db', dial.check, { ...AT_ONCE, recover });
    health.start();
    await pass(5_000);
    expect(attempts).toBe(1);
    health.stop();
    const { runs } = dial;
    await pass(3_600_000);
    expect(attempts).toBe(1);
    expect(dial.runs - runs).toBeLessThanOrEqual(1);
  });

  it('ends it for good, though an attempt is under way and does not heed its signal', async () => {
    const { health } = createBed();
    let attempts = 0;
    let end = (): void => {};
    const recover = (): Promise<void> => {
      attempts++;
      return new Promise((resolve) => (end = resolve));
    };
    health.register('db', () => false, { ...AT_ONCE, recover });
    health.start();
    await pass(5_000);
    health.stop();
    await pass(60_000);
    end();
    await pass(3_600_000);
    expect(attempts).toBe(1);
  });

  it('leaves a check whose run it has aborted in the background of a watch', async () => {
    const { health } = createBed();
    let runs = 0;
    let isSlow = true;
    const check = (): undefined | Promise<undefined> => {
      runs++;
      return isSlow ? new Promise(() => {}) : undefined;
    };
    health.register('db', check, { probes: ['others'] });
    const watch = health.watch({ interval: '10h' });
    await pass(2_000);
    expect(runs).toBe(1);
    isSlow = false;
    health.start();
    health.stop();
    await pass(120_000);
    expect(runs).toBeGreaterThan(2);
    await watch.return?.();
  });

  it('is no obstacle to start() again', async () => {
    const { health, component } = createBed();
    const dial = createDial(false);
    let attempts = 0;
    health.register('db', dial.check, { ...AT_ONCE, recover: () => void attempts++ });
    health.start();
    await pass(5_000);
    health.stop();
    const before = attempts;
    health.start();
    await pass(120_000);
    expect(attempts).toBeGreaterThan(before);
    dial.outcome = true;
    await pass(10_000);
    expect(component('db').status).toBe('healthy');
    health.stop();
  });
});
