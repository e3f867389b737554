import { describe, expect, it } from 'vitest';
import type { CheckOptions } from '../src/check.ts';
import { AT_ONCE, createBed, createDial, type Dial, messageOf } from './bed.ts';
import { useDiagnostics } from './diagnostics.ts';

const said = useDiagnostics();

/** A bed with dials under these names, that follow each result at once. */
function createProbed(checks: Record<string, CheckOptions>, settings = {}) {
  const bed = createBed(settings);
  const dials: Record<string, Dial> = {};
  for (const [name, options] of Object.entries(checks)) {
    const dial = createDial();
    dials[name] = dial;
    bed.health.register(name, dial.check, { ...AT_ONCE, ...options });
  }
  const set = async (outcomes: Record<string, Dial['outcome']>) => {
    for (const [name, outcome] of Object.entries(outcomes)) (dials[name] as Dial).outcome = outcome;
    await bed.health.check({ fresh: true });
  };
  const probe = (name: string) => {
    const { passes, reason } = bed.health.report({ probe: name });
    return [passes, reason];
  };
  return { ...bed, set, probe };
}

describe('liveness', () => {
  const all = { probes: ['liveness'] };

  it('fails for what is critical and unhealthy, and for nothing less', async () => {
    const { probe, set } = createProbed({ loop: all, side: { ...all, critical: false } });
    expect(probe('liveness')).toEqual([true, undefined]);
    await set({ loop: 'degraded', side: false });
    expect(probe('liveness')).toEqual([true, undefined]);
    await set({ loop: false });
    expect(probe('liveness')).toEqual([false, undefined]);
  });

  it('does not fail for what it depends on, nor while draining', async () => {
    const { health, probe, set } = createProbed({ db: {}, loop: { ...all, dependsOn: ['db'] } });
    await set({ db: false });
    health.drain();
    expect(health.report({ probe: 'liveness' })).toMatchObject({ passes: true, status: 'degraded' });
    expect(probe('liveness')).toEqual([true, undefined]);
  });
});

describe('startup', () => {
  const all = { probes: ['startup'] };

  it('waits for each critical check, and passes from then on', async () => {
    const { health, probe, set } = createProbed({ db: all, cache: all, side: { ...all, critical: false } });
    expect(probe('startup')).toEqual([false, 'waiting for db, cache']);
    await set({ db: 'degraded', cache: false, side: false });
    expect(probe('startup')).toEqual([false, 'waiting for cache']);
    await set({ cache: true });
    expect(probe('startup')).toEqual([true, undefined]);
    await set({ db: false, cache: false });
    expect(probe('startup')).toEqual([true, undefined]);
    health.drain();
    expect(probe('startup')).toEqual([true, undefined]);
  });
});

describe('readiness', () => {
  it('passes while healthy or degraded, and not before anything is known', async () => {
    const { probe, set } = createProbed({ db: {}, side: { critical: false } });
    expect(probe('readiness')).toEqual([false, undefined]);
    await set({ side: false });
    expect(probe('readiness')).toEqual([true, undefined]);
    await set({ db: 'degraded' });
    expect(probe('readiness')).toEqual([true, undefined]);
    await set({ db: false });
    expect(probe('readiness')).toEqual([false, undefined]);
  });

  it('fails while the instance is drained, with the reason, whatever the checks say', async () => {
    const { health, probe, set } = createProbed({ db: {}, disk: { probes: ['storage'] } });
    await set({});
    health.drain();
    expect(probe('readiness')).toEqual([false, 'the instance is shutting down']);
    health.drain('moved to another rack');
    expect(probe('readiness')).toEqual([false, 'moved to another rack']);
    expect(health.report()).toMatchObject({
      passes: false,
      status: 'healthy',
      reason: 'moved to another rack',
    });
    expect([probe('storage'), probe('liveness')]).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
    expect(health.report({ check: 'db' }).passes).toBe(true);
    health.resume();
    expect(probe('readiness')).toEqual([true, undefined]);
  });

  it('fails while draining even when the guard would hold it', async () => {
    const { health, probe, set } = createProbed({ db: { shared: true } });
    await set({ db: false });
    health.drain();
    expect(probe('readiness')).toEqual([false, 'the instance is shutting down']);
  });
});

describe('a group of the user', () => {
  it('passes while healthy or degraded, and has no guard', async () => {
    const { probe, set } = createProbed({ db: { probes: ['storage', 'readiness'], shared: true } });
    expect(probe('storage')).toEqual([false, undefined]);
    await set({ db: 'degraded' });
    expect(probe('storage')).toEqual([true, undefined]);
    await set({ db: false });
    expect(probe('storage')).toEqual([false, undefined]);
  });
});

describe('what all instances share', () => {
  const checks = { db: { shared: true }, broker: { shared: true }, disk: {}, api: { dependsOn: ['db'] } };

  it('does not take an instance out, and that is said', async () => {
    const { health, probe, set } = createProbed(checks);
    await set({ db: false, broker: false });
    expect(probe('readiness')).toEqual([true, 'held ready by the guard: all instances share db, broker']);
    expect(health.report({ probe: 'readiness' }).status).toBe('unhealthy');
    expect(health.report().passes).toBe(false);
  });

  it('does not hold an instance whose own parts fail', async () => {
    const { probe, set } = createProbed(checks);
    await set({ db: false, disk: false });
    expect(probe('readiness')).toEqual([false, undefined]);
  });

  it('holds a check of its own that fails because of it', async () => {
    const { probe, set } = createProbed(checks);
    await set({ db: false, api: false });
    expect(probe('readiness')).toEqual([true, 'held ready by the guard: all instances share db']);
    await set({ db: true });
    expect(probe('readiness')).toEqual([false, undefined]);
  });

  it('does not hold an instance of which something critical is not known', async () => {
    const { health, probe, set } = createProbed(checks);
    await set({ db: false });
    health.register('later', () => true);
    expect(probe('readiness')).toEqual([false, undefined]);
    await health.check();
    expect(probe('readiness')[0]).toBe(true);
  });

  it('asks the guard with what fails, which decides', async () => {
    const asked: (readonly string[])[] = [];
    let mayStay = false;
    const guard = (failing: readonly string[]): boolean => {
      asked.push(failing);
      return mayStay;
    };
    const { health, probe, set } = createProbed(checks, { guard });
    await set({});
    expect(probe('readiness')[0]).toBe(true);
    await set({ disk: false, db: false });
    expect(probe('readiness')[0]).toBe(false);
    expect(asked).toEqual([]);
    await set({ disk: true });
    expect(probe('readiness')).toEqual([false, undefined]);
    expect(asked.at(-1)).toEqual(['db']);
    mayStay = true;
    expect(probe('readiness')[0]).toBe(true);
    health.configure({ guard: () => false });
    expect(probe('readiness')[0]).toBe(false);
  });

  it('stays ready when the guard throws, which is told', async () => {
    const guard = (): boolean => {
      throw new Error('no quorum');
    };
    const { probe, set } = createProbed(checks, { guard });
    await set({ db: false });
    expect(probe('readiness')[0]).toBe(true);
    expect(said.errors).toEqual([
      expect.stringContaining('the readiness guard, so that the instance stays ready, failed'),
    ]);
    expect(said.errors[0]).toContain('no quorum');
  });

  it.each([[5], ['never'], [null]])('cannot have %j for a guard', (guard) => {
    const { health } = createBed();
    expect(messageOf(() => createBed({ guard: guard as never }))).toContain('guard: found ');
    expect(messageOf(() => health.configure({ guard: guard as never }))).toContain('guard: found ');
  });

  it('is not held by a guard that answers with anything but true', async () => {
    const { probe, set } = createProbed(checks, { guard: async () => false });
    await set({ db: false });
    expect(probe('readiness')[0]).toBe(false);
  });
});
