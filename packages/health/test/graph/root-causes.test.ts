import { describe, expect, it } from 'vitest';
import type { CheckOptions, CheckOutcome } from '../../src/check.ts';
import { AT_ONCE, createBed } from '../bed.ts';

/** A bed of checks, each with its outcome and its options, that have run once. */
async function bedOf(checks: Record<string, [CheckOutcome, CheckOptions?]>) {
  const bed = createBed();
  for (const [name, [outcome, options]] of Object.entries(checks)) {
    bed.health.register(name, () => outcome, { ...AT_ONCE, ...options });
  }
  return { ...bed, report: await bed.health.check() };
}

describe('what depends on something broken', () => {
  it('is degraded, says by what it is affected, and names the root', async () => {
    const { component, report } = await bedOf({
      checkout: [true, { dependsOn: ['orders', 'mail'] }],
      orders: [true, { dependsOn: ['database'] }],
      mail: [true],
      database: [{ status: 'unhealthy', reason: 'connection refused' }],
    });
    expect(component('orders')).toMatchObject({
      status: 'degraded',
      lastResult: 'healthy',
      affectedBy: ['database'],
      rootCauses: ['database'],
      reason: 'affected by database',
    });
    expect(component('checkout')).toMatchObject({
      status: 'degraded',
      affectedBy: ['orders'],
      rootCauses: ['database'],
      reason: 'affected by orders, because of database',
    });
    expect(component('mail')).toMatchObject({ status: 'healthy', affectedBy: [], reason: undefined });
    expect(component('database')).toMatchObject({
      status: 'unhealthy',
      rootCauses: ['database'],
      reason: 'connection refused',
    });
    expect([report.status, report.rootCauses]).toEqual(['unhealthy', ['database']]);
  });

  it('is not the root though it fails itself', async () => {
    const { component, report } = await bedOf({
      database: [false],
      orders: [{ status: 'unhealthy', reason: 'no rows' }, { dependsOn: ['database'] }],
    });
    expect(component('orders')).toMatchObject({
      status: 'unhealthy',
      rootCauses: ['database'],
      reason: 'no rows; affected by database',
    });
    expect(report.rootCauses).toEqual(['database']);
  });

  it('names all roots that there are', async () => {
    const { component } = await bedOf({
      checkout: [true, { dependsOn: ['orders', 'payments'] }],
      orders: [true, { dependsOn: ['database', 'broker'] }],
      payments: [true, { dependsOn: ['database', 'bank'] }],
      database: [false],
      broker: [false],
      bank: [true],
    });
    expect(component('checkout')).toMatchObject({
      affectedBy: ['orders', 'payments'],
      rootCauses: ['database', 'broker'],
    });
  });

  it('is well again as soon as that is', async () => {
    const state = { isUp: false };
    const { health, component } = createBed();
    health.register('database', () => state.isUp, AT_ONCE);
    health.register('orders', () => true, { ...AT_ONCE, dependsOn: ['database'] });
    await health.check();
    expect(component('orders').status).toBe('degraded');
    state.isUp = true;
    await health.check({ check: 'database', fresh: true });
    expect(component('orders')).toMatchObject({ status: 'healthy', affectedBy: [], rootCauses: [] });
  });

  it('is not affected by what is merely degraded, or not known', async () => {
    const { health, component } = await bedOf({
      replica: ['degraded'],
      reports: [true, { dependsOn: ['replica', 'later'] }],
      later: [true],
    });
    health.unregister('later');
    health.register('later', () => true);
    expect(component('later').status).toBe('unknown');
    expect(component('reports')).toMatchObject({ status: 'healthy', affectedBy: [], rootCauses: [] });
  });
});

describe('the whole', () => {
  it.each<[string, Record<string, [CheckOutcome, CheckOptions?]>, string, boolean]>([
    ['nothing registered', {}, 'healthy', true],
    ['all is well', { a: [true], b: [true] }, 'healthy', true],
    ['something critical is degraded', { a: [true], b: ['degraded'] }, 'degraded', true],
    ['something critical is unhealthy', { a: ['degraded'], b: [false] }, 'unhealthy', false],
    ['something else is unhealthy', { a: [true], b: [false, { critical: false }] }, 'degraded', true],
    ['a business target is missed', { a: [true], b: [false, { kind: 'business' }] }, 'degraded', true],
    [
      'a critical business target is missed',
      { b: [false, { kind: 'business', critical: true }] },
      'unhealthy',
      false,
    ],
  ])('with %s', async (_, checks, status, passes) => {
    expect((await bedOf(checks)).report).toMatchObject({ status, passes });
  });

  it('is unknown while something critical was never checked, and not for anything else', () => {
    const { health } = createBed();
    health.register('later', () => true, { critical: false });
    expect(health.report()).toMatchObject({
      status: 'healthy',
      passes: true,
      kinds: { component: 'unknown' },
    });
    health.register('db', () => true);
    expect(health.report()).toMatchObject({ status: 'unknown', passes: false });
  });

  it('is worse when something is known to be broken than when something is not known', async () => {
    const { health } = await bedOf({ a: [false] });
    health.register('later', () => true);
    expect(health.report().status).toBe('unhealthy');
  });

  it('has the worst of each kind, critical or not, and no kind that nothing is of', async () => {
    const { report } = await bedOf({
      a: [true],
      b: ['degraded'],
      orders: [false, { kind: 'business' }],
    });
    expect(report.kinds).toEqual({ component: 'degraded', business: 'unhealthy' });
  });
});
