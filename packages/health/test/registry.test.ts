import { describe, expect, it } from 'vitest';
import { AT_ONCE, createBed, createDial } from './bed.ts';
import { pass, useFakeClock } from './fake-clock.ts';

useFakeClock();

describe('check()', () => {
  it('runs a check once, however many ask at the same time', async () => {
    const { health } = createBed();
    let runs = 0;
    let finish = (): void => {};
    const check = (): Promise<void> => {
      runs++;
      return new Promise((resolve) => (finish = resolve));
    };
    health.register('db', check, { cacheTtl: 0 });
    const callers = Array.from({ length: 1_000 }, (_, i) => health.check({ fresh: i % 2 === 0 }));
    finish();
    const reports = await Promise.all(callers);
    expect(runs).toBe(1);
    expect(reports.every(({ status }) => status === 'healthy')).toBe(true);
  });

  it('answers from what is known until the result is too old', async () => {
    const { health } = createBed();
    const [dial, quick] = [createDial(), createDial()];
    health.register('db', dial.check);
    health.register('quick', quick.check, { cacheTtl: '5s' });
    await health.check();
    await pass(4_999);
    await health.check();
    expect([dial.runs, quick.runs]).toEqual([1, 1]);
    await pass(2);
    await health.check();
    expect([dial.runs, quick.runs]).toEqual([1, 2]);
    await pass(25_000);
    await health.check();
    expect([dial.runs, quick.runs]).toEqual([2, 3]);
  });

  it('runs a check without a cache for each caller that comes after the one before', async () => {
    const { health } = createBed();
    const dial = createDial();
    health.register('db', dial.check, { cacheTtl: 0 });
    for (let i = 0; i < 5; i++) await health.check();
    expect(dial.runs).toBe(5);
  });

  it('runs what is asked for afresh, and of the rest only what is due', async () => {
    const { health } = createBed();
    const [api, db, other] = [createDial(), createDial(), createDial()];
    health.register('db', db.check);
    health.register('api', api.check, { dependsOn: ['db'] });
    health.register('other', other.check);
    await health.check({ check: 'api' });
    expect([api.runs, db.runs, other.runs]).toEqual([1, 1, 0]);
    await health.check({ check: 'api', fresh: true });
    expect([api.runs, db.runs, other.runs]).toEqual([2, 1, 0]);
    await health.check({ fresh: true });
    expect([api.runs, db.runs, other.runs]).toEqual([3, 2, 1]);
  });

  it('runs all at once, and takes as long as the slowest', async () => {
    const { health } = createBed();
    const takes = (millis: number) => () => new Promise<void>((resolve) => setTimeout(resolve, millis));
    for (const millis of [100, 300, 200]) health.register(`takes ${millis}`, takes(millis));
    health.register('hangs', () => new Promise(() => {}), { timeout: 400 });
    const report = health.check();
    await pass(1_000);
    const { durationMillis, components } = await report;
    expect(durationMillis).toBeLessThanOrEqual(411);
    expect(components.map(({ lastResult }) => lastResult)).toEqual([
      'healthy',
      'healthy',
      'healthy',
      'unhealthy',
    ]);
  });

  it('answers for a check that is taken out while it runs', async () => {
    const { health, heard } = createBed();
    let signal: AbortSignal | undefined;
    health.register('db', (run) => {
      signal = run.signal;
      return new Promise(() => {});
    });
    health.register('disk', () => true);
    const report = health.check();
    health.unregister('db');
    await pass(0);
    expect((await report).components.map(({ name }) => name)).toContain('disk');
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ message: 'the check was unregistered' });
    await pass(60_000);
    expect(heard.some(({ payload }) => 'check' in payload && payload.check === 'db')).toBe(false);
  });

  it('answers for a check that is registered anew while it runs', async () => {
    const { health, component } = createBed();
    health.register('db', () => new Promise(() => {}));
    const report = health.check();
    health.unregister('db');
    health.register('db', () => true);
    await pass(6_000);
    expect((await report).status).not.toBe('unhealthy');
    expect(component('db').history).toEqual([]);
  });

  it('that a check calls itself begins no second run of it', async () => {
    const { health } = createBed();
    let runs = 0;
    const check = async (): Promise<void> => {
      if (++runs < 10) await health.check();
    };
    health.register('all', check);
    const report = health.check();
    await pass(6_000);
    await report;
    expect(runs).toBe(1);
  });
});

describe('report()', () => {
  it('runs nothing', async () => {
    const { health } = createBed();
    const dial = createDial();
    health.register('db', dial.check);
    expect(health.report()).toMatchObject({ status: 'unknown', passes: false, rootCauses: [] });
    expect(health.report().components[0]).toMatchObject({
      status: 'unknown',
      lastResult: 'unknown',
      reason: 'not checked yet',
      checkedAtMillis: undefined,
      ageMillis: undefined,
      durationMillis: undefined,
      lastSuccessMillis: undefined,
      consecutiveFailures: 0,
      history: [],
      recovery: undefined,
    });
    await pass(60_000);
    expect(dial.runs).toBe(0);
  });

  it('has components in the order of registration', async () => {
    const { health } = createBed();
    health.register('c', () => true, { dependsOn: ['a'] });
    health.register('b', () => true);
    health.register('a', () => true);
    const names = ({ components }: { components: readonly { name: string }[] }) =>
      components.map(({ name }) => name);
    expect([names(health.report()), names(await health.check()), health.names()]).toEqual(
      Array(3).fill(['c', 'b', 'a']),
    );
  });
});

describe('version', () => {
  it('rises with all that a report would say, and with nothing else', async () => {
    const { health } = createBed();
    const dial = createDial();
    let version = health.version;
    const rises = (): boolean => {
      const before = version;
      version = health.version;
      return version > before;
    };
    health.register('db', dial.check, { ...AT_ONCE, probes: ['readiness', 'storage'] });
    expect(rises()).toBe(true);
    await health.check();
    expect(rises()).toBe(true);
    health.report();
    await health.check();
    await pass(1_000);
    health.names();
    expect(rises()).toBe(false);
    health.drain();
    expect(rises()).toBe(true);
    health.resume();
    expect(rises()).toBe(true);
    health.configure({ guard: () => false });
    expect(rises()).toBe(true);
    health.unregister('db');
    expect(rises()).toBe(true);
    health.unregister('db');
    expect(rises()).toBe(false);
  });

  it('rises when an abandoned run ends, and when an attempt to recover begins', async () => {
    const { health, component } = createBed();
    let end = (): void => {};
    const check = () => new Promise<void>((resolve) => (end = resolve));
    const recover = () => new Promise(() => {});
    health.register('db', check, { timeout: 100, recover: { action: recover, initialDelay: '10s' } });
    void health.check();
    await pass(5_000);
    const { version } = health;
    expect(component('db').abandonedRuns).toBe(1);
    end();
    await pass(0);
    expect(component('db').abandonedRuns).toBe(0);
    expect.soft(health.version).toBeGreaterThan(version);
    const before = health.version;
    await pass(10_000);
    expect(component('db').recovery?.attempts).toBe(1);
    expect.soft(health.version).toBeGreaterThan(before);
  });

  it('is the same for a thousand reads from the cache', async () => {
    const { health } = createBed();
    health.register('db', () => true);
    await health.check();
    const { version } = health;
    for (let i = 0; i < 1_000; i++) await health.check();
    expect(health.version).toBe(version);
  });
});
