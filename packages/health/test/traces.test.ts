import { describe, expect, it, vi } from 'vitest';
import { AT_ONCE, createBed, createDial } from './bed.ts';
import { activeTrace, inTrace, useContext } from './trace-context.ts';

useContext();

const digit = (event: { traceId: string | undefined }): string | undefined => event.traceId?.[0];
/** The clock is real here: fake timers do not carry a context. */
const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('events carry the trace', () => {
  it('that was active where the run was asked for', async () => {
    const { health, payloads } = createBed();
    health.register('db', async () => {
      await slow();
      return false;
    });
    await inTrace('a', () => health.check());
    await vi.waitFor(() => expect(payloads('health.component.degraded').length).toBe(1));
    expect(payloads('health.check.completed')).toMatchObject([
      { check: 'db', traceId: 'a'.repeat(32), spanId: 'a'.repeat(16) },
    ]);
    expect(payloads('health.component.degraded').map(digit)).toEqual(['a']);
    expect(payloads('health.status.changed').map((event) => [event.check, digit(event)])).toEqual([
      ['db', 'a'],
      [undefined, 'a'],
    ]);
  });

  it('of whoever began the run, not of those who joined it', async () => {
    const { health, payloads } = createBed();
    health.register('db', slow);
    await Promise.all([inTrace('a', () => health.check()), inTrace('b', () => health.check())]);
    expect(payloads('health.check.completed').map(digit)).toEqual(['a']);
  });

  it('of the run that brought a component down, for those that depend on it too', async () => {
    const { health, payloads } = createBed();
    const db = createDial();
    health.register('db', db.check, AT_ONCE);
    health.register('api', () => true, { ...AT_ONCE, dependsOn: ['db'] });
    await inTrace('a', () => health.check());
    db.outcome = false;
    await inTrace('b', () => health.check({ check: 'db', fresh: true }));
    expect(payloads('health.component.degraded').map((event) => [event.check, digit(event)])).toEqual([
      ['db', 'b'],
      ['api', 'b'],
    ]);
  });

  it('each of its own, when several ask in different traces', async () => {
    const { health, payloads } = createBed();
    health.register('db', slow);
    health.register('cache', slow);
    await Promise.all([
      inTrace('a', () => health.check({ check: 'db' })),
      inTrace('b', () => health.check({ check: 'cache' })),
    ]);
    expect(payloads('health.check.completed').map((event) => [event.check, digit(event)])).toEqual([
      ['db', 'a'],
      ['cache', 'b'],
    ]);
  });

  it('none in the background, whoever started that', async () => {
    const { health, payloads } = createBed();
    const seen: unknown[] = [];
    health.register('db', () => void seen.push(activeTrace()), { interval: 20 });
    inTrace('a', () => health.start());
    await inTrace('b', () => health.check({ fresh: true }));
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(3));
    health.stop();
    expect(payloads('health.check.completed').map(digit).slice(0, 4)).toEqual([
      'b',
      undefined,
      undefined,
      undefined,
    ]);
    expect(seen.slice(0, 4)).toEqual(['b', undefined, undefined, undefined]);
  });

  it('none for attempts to recover, though somebody else asked for something meanwhile', async () => {
    const { health, payloads } = createBed();
    const seen: unknown[] = [];
    health.register('other', slow, { timeout: 30, cacheTtl: 0 });
    health.register('db', () => false, {
      ...AT_ONCE,
      recover: { action: () => void seen.push(activeTrace()), initialDelay: 100 },
    });
    await health.check({ check: 'db' });
    await inTrace('a', () => health.check({ check: 'other' }));
    await vi.waitFor(() => expect(seen.length).toBe(2));
    expect(seen).toEqual([undefined, undefined]);
    expect(payloads('health.recovery.attempted').map(digit)).toEqual([undefined, undefined]);
    health.unregister('db');
  });

  it('none for the reports of a watch, whoever asked for something meanwhile', async () => {
    const { health } = createBed();
    const seen: unknown[] = [];
    health.register('other', slow, { timeout: 30, probes: ['others'] });
    health.register('db', () => void seen.push(activeTrace()), { cacheTtl: 0 });
    const watch = health.watch({ interval: 60 });
    await vi.waitFor(() => expect(seen.length).toBe(1));
    await inTrace('a', () => health.check({ check: 'other', fresh: true }));
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(3));
    await watch.return?.();
    expect(seen.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

it('a check runs in the trace of who asked for it', async () => {
  const { health } = createBed();
  const seen: unknown[] = [];
  health.register('db', async () => {
    seen.push(activeTrace());
    await slow();
    seen.push(activeTrace());
  });
  await inTrace('a', () => health.check());
  expect(seen).toEqual(['a', 'a']);
});
