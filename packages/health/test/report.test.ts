import { describe, expect, it } from 'vitest';
import { AT_ONCE, createBed, createDial } from './bed.ts';
import { pass, useFakeClock } from './fake-clock.ts';

useFakeClock();

describe('a component', () => {
  it('tells ages, durations, the last success and failures in a row', async () => {
    const { health, component } = createBed();
    let isUp = true;
    const check = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(isUp), 40));
    health.register('db', check, { failureThreshold: 3 });
    const run = async () => {
      const report = health.check({ fresh: true });
      await pass(40);
      await report;
    };
    await run();
    const succeededAt = Date.now();
    await pass(2_000);
    expect(component('db')).toMatchObject({
      status: 'healthy',
      ageMillis: 2_000,
      durationMillis: 40,
      checkedAtMillis: succeededAt,
      lastSuccessMillis: succeededAt,
      consecutiveFailures: 0,
      reason: undefined,
    });
    isUp = false;
    await run();
    await run();
    expect(component('db')).toMatchObject({
      status: 'healthy',
      lastResult: 'unhealthy',
      ageMillis: 0,
      lastSuccessMillis: succeededAt,
      consecutiveFailures: 2,
    });
    await run();
    expect(component('db')).toMatchObject({ status: 'unhealthy', consecutiveFailures: 3 });
    isUp = true;
    await run();
    expect(component('db')).toMatchObject({
      status: 'unhealthy',
      lastResult: 'healthy',
      consecutiveFailures: 0,
      lastSuccessMillis: Date.now(),
      reason: 'healthy again, not yet often enough to count; before: the check returned false',
    });
    await run();
    expect(component('db').status).toBe('healthy');
  });

  it('that is degraded has neither failed nor succeeded', async () => {
    const { health, component } = createBed();
    health.register('db', () => 'degraded');
    await health.check();
    expect(component('db')).toMatchObject({
      status: 'degraded',
      consecutiveFailures: 0,
      lastSuccessMillis: undefined,
      reason: 'the check says degraded',
      rootCauses: [],
    });
  });

  it('keeps its latest twenty results, oldest first', async () => {
    const { health, component } = createBed();
    let run = 0;
    health.register('db', () => ({ status: run % 2 === 0 ? 'healthy' : 'degraded', reason: `run ${run++}` }));
    for (let i = 0; i < 50; i++) {
      await health.check({ fresh: true });
      await pass(1_000);
    }
    const { history } = component('db');
    expect(history.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 20 }, (_, i) => `run ${30 + i}`),
    );
    expect(history.at(-1)).toEqual({
      timestampMillis: Date.now() - 1_000,
      status: 'degraded',
      durationMillis: 0,
      reason: 'run 49',
    });
  });

  it('flaps when its results go back and forth, and is no better than degraded until they settle', async () => {
    const { health, component, metric } = createBed();
    const dial = createDial();
    health.register('db', dial.check, AT_ONCE);
    const run = async (outcome: boolean) => {
      dial.outcome = outcome;
      await health.check({ fresh: true });
    };
    for (let i = 0; i < 10; i++) await run(i % 2 === 0);
    expect(component('db')).toMatchObject({ flapping: true, status: 'unhealthy' });
    const seen: string[] = [];
    for (let i = 0; i < 30; i++) {
      await run(true);
      const { status, flapping } = component('db');
      seen.push(`${status} ${flapping}`);
    }
    expect([...new Set(seen)]).toEqual(['unhealthy true', 'healthy false']);
    expect(metric('health.check.flaps')).toEqual({ 'check=db': 1 });
  });

  it('says that it flaps', async () => {
    const { health, component } = createBed();
    const dial = createDial();
    health.register('db', dial.check, { failureThreshold: 5, successThreshold: 5 });
    for (let i = 0; i < 10; i++) {
      dial.outcome = i % 2 === 0;
      await health.check({ fresh: true });
    }
    expect(component('db')).toMatchObject({ status: 'degraded', flapping: true });
    expect(component('db').reason).toContain('its results go back and forth');
  });
});

describe('a report', () => {
  it('stays as it was, whatever comes after it', async () => {
    const { health } = createBed();
    const dial = createDial();
    health.register('db', dial.check, AT_ONCE);
    health.register('api', () => true, { dependsOn: ['db'] });
    const report = await health.check();
    const copy = structuredClone(report);
    dial.outcome = { status: 'unhealthy', reason: 'gone', details: { attempts: 3 } };
    await pass(1_000);
    await health.check({ fresh: true });
    health.unregister('db');
    health.drain();
    expect(report).toEqual(copy);
    expect(report.components[0]?.status).toBe('healthy');
  });

  it('tells details as the check gave them', async () => {
    const { health, component } = createBed();
    health.register('pool', () => ({
      status: 'degraded',
      reason: '9 of 10 in use',
      details: { used: 9, max: 10 },
    }));
    await health.check();
    expect(component('pool')).toMatchObject({ reason: '9 of 10 in use', details: { used: 9, max: 10 } });
  });

  it('tells when it was made and how long that took', async () => {
    const { health } = createBed();
    health.register('db', () => new Promise((resolve) => setTimeout(resolve, 250)));
    const report = health.check();
    await pass(250);
    expect(await report).toMatchObject({ durationMillis: 250, timestampMillis: Date.now() });
  });
});
