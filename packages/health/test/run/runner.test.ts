import type { MeterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import type { CheckFunction } from '../../src/check.ts';
import { AT_ONCE, createBed } from '../bed.ts';
import { useDiagnostics } from '../diagnostics.ts';
import { pass, useFakeClock } from '../fake-clock.ts';

useFakeClock();
const said = useDiagnostics();

const never = (): Promise<void> => new Promise(() => {});
const thenable = (then: unknown): never => ({ then }) as never;

/** The one check of a bed, run once; time goes by until it has ended. */
async function runOnce(check: CheckFunction) {
  const bed = createBed();
  bed.health.register('db', check, { ...AT_ONCE, timeout: 1_000 });
  const report = bed.health.check();
  await pass(1_100);
  await report;
  const { status, reason, history, durationMillis } = bed.component('db');
  const failure = bed.payloads('health.check.completed')[0]?.failure;
  return { status, reason, failure, durationMillis, runs: history.length };
}

describe('a check', () => {
  it.each<[string, CheckFunction]>([
    ['returns nothing', () => {}],
    ['resolves', async () => true],
    ['returns a thenable', () => thenable((done: (value: unknown) => void) => done('healthy'))],
  ])('that %s is healthy', async (_, check) => {
    expect(await runOnce(check)).toMatchObject({ status: 'healthy', failure: undefined, runs: 1 });
  });

  it.each<[string, CheckFunction, string, string]>([
    [
      'throws',
      () => {
        throw new Error('refused');
      },
      'error',
      'refused',
    ],
    [
      'throws a text',
      () => {
        throw 'refused';
      },
      'error',
      'the check threw "refused"',
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      'error',
      'the check threw nothing',
    ],
    ['rejects', () => Promise.reject(new Error('refused')), 'error', 'refused'],
    ['rejects with nothing', () => Promise.reject(), 'error', 'the check threw nothing'],
    ['resolves with rubbish', async () => 5 as never, 'invalid', 'the check returned 5'],
    ['says false', async () => false, 'unhealthy', 'the check returned false'],
    [
      'returns a thenable that throws',
      () =>
        thenable(() => {
          throw new Error('refused');
        }),
      'error',
      'refused',
    ],
    [
      'returns a thenable that rejects',
      () => thenable((_: unknown, no: (e: Error) => void) => no(new Error('refused'))),
      'error',
      'refused',
    ],
    ['never settles', never, 'timeout', 'did not end within 1000 ms'],
    [
      'returns a thenable that never calls back',
      () => thenable(() => {}),
      'timeout',
      'did not end within 1000 ms',
    ],
  ])('that %s is unhealthy', async (_, check, failure, reason) => {
    const run = await runOnce(check);
    expect(run).toMatchObject({ status: 'unhealthy', failure, runs: 1 });
    expect(run.reason).toContain(reason);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw revokedProxy();
      },
    ],
    ['rejects with', () => Promise.reject(revokedProxy())],
    ['returns', () => revokedProxy()],
  ])('that %s a proxy which cannot be looked at is unhealthy', async (_, check) => {
    expect(await runOnce(check as CheckFunction)).toMatchObject({ status: 'unhealthy', runs: 1 });
  });

  it('is given its name and a signal, which is aborted with a TimeoutError when time is over', async () => {
    let reason: unknown;
    const run = await runOnce(({ name, signal }) => {
      expect([name, signal.aborted]).toEqual(['db', false]);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(signal.reason);
        });
      });
    });
    expect(reason).toMatchObject({ name: 'TimeoutError', message: 'did not end within 1000 ms' });
    expect(run).toMatchObject({ failure: 'timeout', reason: 'did not end within 1000 ms' });
    expect(run.durationMillis).toBeLessThanOrEqual(1_011);
  });

  it('does not see its signal aborted when it ends in time', async () => {
    let seen: AbortSignal | undefined;
    await runOnce(async ({ signal }) => {
      seen = signal;
    });
    expect(seen?.aborted).toBe(false);
  });
});

describe('runs that do not end', () => {
  it('are three at most; the next begins when one of them has ended', async () => {
    const { health, component, metric } = createBed();
    const endings: (() => void)[] = [];
    health.register('db', () => new Promise<void>((resolve) => endings.push(resolve)), { timeout: 100 });
    const runAgain = async () => {
      const report = health.check({ fresh: true });
      await pass(111);
      await report;
    };
    for (let i = 0; i < 6; i++) await runAgain();
    expect([endings.length, component('db').abandonedRuns]).toEqual([3, 3]);
    expect(component('db').reason).toContain('3 earlier runs have not ended');
    expect(metric('health.check.failures')).toEqual({
      'check=db,reason=timeout': 3,
      'check=db,reason=pending': 3,
    });
    endings[0]?.();
    await pass(0);
    expect(component('db').abandonedRuns).toBe(2);
    expect(component('db').history.length).toBe(6);
    await runAgain();
    expect([endings.length, component('db').abandonedRuns]).toEqual([4, 3]);
  });

  it('do not make those look fast that are not begun', async () => {
    const { health, component, metric, meterProvider, payloads } = createBed();
    health.register('db', never, { timeout: 100 });
    for (let i = 0; i < 8; i++) {
      const report = health.check({ fresh: true });
      await pass(111);
      await report;
    }
    expect(metric('health.check.duration')).toEqual({ 'check=db': 3 });
    expect(shortestOf(meterProvider)).toBeGreaterThanOrEqual(0.1);
    const runs = payloads('health.check.completed');
    expect(runs.map(({ failure }) => failure)).toEqual([
      ...Array(3).fill('timeout'),
      ...Array(5).fill('pending'),
    ]);
    const { durationMillis, history } = component('db');
    for (const took of [runs, history].map((all) => all.map((run) => run.durationMillis))) {
      expect(took.slice(0, 3).every((millis) => millis !== undefined && millis >= 100)).toBe(true);
      expect(took.slice(3)).toEqual(Array(5).fill(undefined));
    }
    expect(durationMillis).toBeUndefined();
  });

  it('are told and counted a second after they should have ended', async () => {
    const { health, metric } = createBed();
    health.register('db', never, { timeout: 100 });
    void health.check();
    await pass(1_000);
    expect([said.warnings, metric('health.check.abandoned')]).toEqual([[], {}]);
    await pass(200);
    expect(metric('health.check.abandoned')).toEqual({ 'check=db': 1 });
    expect(said.warnings).toEqual([expect.stringContaining('the check db went on for more than 100 ms')]);
  });

  it('are not told when they heed their signal, though it takes them half a second', async () => {
    const { health, metric, component } = createBed();
    const heeds: CheckFunction = ({ signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, 500)));
    health.register('db', heeds, { timeout: 100 });
    void health.check();
    await pass(300);
    expect(component('db').abandonedRuns).toBe(1);
    await pass(5_000);
    expect(component('db').abandonedRuns).toBe(0);
    expect([said.warnings, metric('health.check.abandoned')]).toEqual([[], {}]);
  });

  it('are counted down once, however often a thenable calls back', async () => {
    const { health, component } = createBed();
    let callBack = (): void => {};
    health.register('db', () => thenable((done: () => void) => (callBack = done)), { timeout: 100 });
    void health.check();
    await pass(200);
    for (let i = 0; i < 3; i++) callBack();
    await pass(0);
    expect(component('db').abandonedRuns).toBe(0);
  });
});

/** The shortest run that the metric knows, in seconds. */
function shortestOf(meterProvider: MeterProvider): number | undefined {
  const series = meterProvider.snapshot().find(({ name }) => name === 'health.check.duration');
  return series?.min;
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
