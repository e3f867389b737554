import { describe, expect, it } from 'vitest';
import { createBed, createDial, messageOf } from '../bed.ts';
import { useDiagnostics } from '../diagnostics.ts';
import { pass, useFakeClock } from '../fake-clock.ts';

useFakeClock();
const said = useDiagnostics();
const check = (): void => {};

describe('an unknown dependency', () => {
  it('of a list is refused, with what is known', () => {
    const { health } = createBed();
    health.register('database', check);
    const message = messageOf(() =>
      health.registerAll([
        { name: 'orders', check, dependsOn: ['databse'] },
        { name: 'mail', check, dependsOn: ['nothing-like-it', 'database'] },
      ]),
    );
    expect(message).toContain(
      'checks[0].dependsOn: found "databse", expected a registered check: database, orders, mail. Did you mean database?',
    );
    expect(message).toContain('checks[1].dependsOn: found "nothing-like-it"');
    expect(message).toContain('Register it, or take it off the list.');
    expect(health.names()).toEqual(['database']);
  });

  it('of a list that is no text is refused like any other option', () => {
    const { health } = createBed();
    expect(messageOf(() => health.registerAll([{ name: 'a', check, dependsOn: [1 as never] }]))).toContain(
      'checks[0].dependsOn: found [1], expected a list of names of checks',
    );
  });

  it('is refused by start(), while the checks run all the same', async () => {
    const { health, component } = createBed();
    const dial = createDial();
    health.register('orders', dial.check, { dependsOn: ['databse'] });
    health.register('database', check);
    expect(messageOf(() => health.start())).toContain(
      'orders.dependsOn: found "databse", expected a registered check: orders, database. Did you mean database?',
    );
    expect((await health.check()).status).toBe('degraded');
    expect(dial.runs).toBe(1);
    expect(component('orders')).toMatchObject({
      status: 'degraded',
      lastResult: 'healthy',
      reason: 'depends on databse, which is not registered',
      affectedBy: [],
    });
  });

  it('is no obstacle once it is registered', async () => {
    const { health, component } = createBed();
    health.register('orders', check, { dependsOn: ['database'] });
    await health.check();
    health.register('database', check);
    health.start();
    await pass(2_000);
    expect(component('orders')).toMatchObject({ status: 'healthy', reason: undefined });
  });
});

describe('a dependency that does not come', () => {
  it('is told after ten seconds', async () => {
    const { health } = createBed();
    health.register('orders', check, { dependsOn: ['database'] });
    await pass(9_900);
    expect(said.errors).toEqual([]);
    await pass(200);
    expect(said.errors).toEqual([expect.stringContaining('orders.dependsOn: found "database"')]);
  });

  it('is not told when it came in time', async () => {
    const { health } = createBed();
    health.register('orders', check, { dependsOn: ['database'] });
    await pass(9_000);
    health.register('database', check);
    await pass(60_000);
    expect(said.errors).toEqual([]);
  });

  it('is not told when who wanted it has gone', async () => {
    const { health } = createBed();
    health.register('orders', check, { dependsOn: ['database'] })();
    await pass(60_000);
    expect(said.errors).toEqual([]);
  });

  it('is told once, however many want it', async () => {
    const { health } = createBed();
    for (let i = 0; i < 20; i++) health.register(`orders${i}`, check, { dependsOn: ['database'] });
    await pass(60_000);
    expect(said.errors.length).toBe(1);
  });

  it('has ten seconds of its own, whatever others are late', async () => {
    const { health } = createBed();
    health.register('orders', check, { dependsOn: ['database'] });
    await pass(9_000);
    health.register('mail', check, { dependsOn: ['smtp'] });
    await pass(2_000);
    health.register('smtp', check);
    await pass(60_000);
    expect(said.errors.join()).not.toContain('smtp');
  });
});

it('what depended on a check that was taken out says so, until it is there again', async () => {
  const { health, component } = createBed();
  health.register('database', check);
  health.register('orders', check, { dependsOn: ['database'] });
  await health.check();
  health.unregister('database');
  expect(component('orders')).toMatchObject({
    status: 'degraded',
    reason: 'depends on database, which is not registered',
  });
  health.register('database', check);
  expect(component('orders').status).toBe('healthy');
  expect(component('database')).toMatchObject({ status: 'unknown', history: [] });
});
