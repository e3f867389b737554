import { describe, expect, it, vi } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import { serve } from './serve.ts';

describe('results that a probe is answered with', () => {
  it('are waited for once, when there is none yet, by however many ask', async () => {
    const health = createHealth();
    let runs = 0;
    let finish = (): void => {};
    health.register('slow', () => {
      runs++;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    const { url } = await serve(health);
    const asked = Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/readyz`)));
    await vi.waitFor(() => expect(runs).toBe(1));
    const liveness = await fetch(`${url}/livez`);
    expect(await liveness.text()).toBe('ok');
    finish();
    for (const response of await asked) expect(await response.text()).toBe('ok');
    expect(runs).toBe(1);
  });

  it('are not waited for while the instance drains, though a check has never had one', async () => {
    const health = createHealth();
    health.register('hangs', () => new Promise(() => {}), { timeout: '1h' });
    health.register('fine', async () => true, { probes: ['liveness'] });
    const { url } = await serve(health);
    health.drain();
    const paths = ['/readyz', '/readyz?verbose', '/health', '/readyz/hangs', '/livez'];
    const asked = paths.map(async (path) => (await fetch(url + path)).status);
    expect(await Promise.all(asked)).toEqual([503, 503, 503, 503, 200]);
    health.stop();
  });

  it('are waited for again once the instance drains no more', async () => {
    const health = createHealth();
    let finish = (): void => {};
    const slow = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    health.register('slow', slow);
    const { url } = await serve(health);
    health.drain();
    expect([health.draining, (await fetch(`${url}/readyz`)).status]).toEqual([true, 503]);
    health.resume();
    const asked = fetch(`${url}/readyz`);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    finish();
    expect([health.draining, (await asked).status]).toEqual([false, 200]);
  });

  it('are served old while a slow check runs anew, and new once it has', async () => {
    const health = createHealth();
    let runs = 0;
    let finish: (() => void) | undefined;
    const check = (): Promise<void> | boolean => {
      runs++;
      if (runs === 1) return true;
      return new Promise((_, reject) => {
        finish = () => reject(new Error('gone'));
      });
    };
    health.register('database', check, { cacheTtl: 1, failureThreshold: 1 });
    await health.check();
    const { url } = await serve(health);
    const ask = async () => (await fetch(`${url}/readyz`)).status;
    await vi.waitFor(async () => {
      // The run that is due has begun, and nobody waits for it.
      expect(await ask()).toBe(200);
      expect(runs).toBe(2);
    }, 5_000);
    expect(await ask()).toBe(200);
    finish?.();
    await expect.poll(ask).toBe(503);
  });

  it('are looked after at most once a second, also where the answer is kept', async () => {
    const health = createHealth();
    let runs = 0;
    health.register('always-due', () => void runs++, { cacheTtl: 0 });
    await health.check();
    const { url } = await serve(health);
    const startedAt = performance.now();
    for (let i = 0; i < 100; i++) await (await fetch(`${url}/readyz`)).text();
    for (let i = 0; i < 100; i++) await (await fetch(`${url}/readyz?verbose&n=${i}`)).text();
    const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
    expect(runs).toBeGreaterThan(1);
    expect(runs).toBeLessThanOrEqual(1 + seconds);
    await vi.waitFor(async () => {
      await (await fetch(`${url}/readyz`)).text();
      expect(runs).toBeGreaterThan(2);
    }, 5_000);
  });

  it('ask the guard again though nothing else has changed', async () => {
    let mayStay = true;
    const health = createHealth({ guard: () => mayStay });
    health.register('shared', () => false, { shared: true });
    await health.check();
    const { url } = await serve(health);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    mayStay = false;
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 5_000 }).toBe(503);
  });

  it('leave out what is excluded, in more combinations than are kept', async () => {
    const health = createHealth();
    const names = Array.from({ length: 10 }, (_, i) => `c${i}`);
    health.registerAll(names.map((name) => ({ name, check: () => true })));
    await health.check();
    const { url } = await serve(health);
    for (let mask = 0; mask < 1_024; mask += 3) {
      const excluded = names.filter((_, bit) => (mask >> bit) & 1);
      const response = await fetch(`${url}/readyz?exclude=${excluded.join(',')}&verbose`);
      const lines = (await response.text()).split('\n');
      expect(lines.filter((line) => line.endsWith('excluded: ok'))).toHaveLength(excluded.length);
    }
  });

  it('fail in time when a check hangs', async () => {
    const health = createHealth();
    health.register('hangs', () => new Promise(() => {}), { timeout: 50 });
    const { url } = await serve(health, { details: 'always' });
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('[-]hangs failed: did not end within 50 ms');
  });
});
