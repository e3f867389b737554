import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { health, InstrumentError, init, type Telemetry } from '../src/index.ts';
import { startApp } from './support/start-app.ts';

let telemetry: Telemetry | undefined;
let offs: (() => void)[] = [];

afterEach(async () => {
  await telemetry?.shutdown();
  telemetry = undefined;
  for (const off of offs) off();
  offs = [];
});

function register(...definition: Parameters<typeof health.register>): void {
  offs.push(health.register(...definition));
}

async function statusOf(path: string): Promise<number> {
  return (await fetch(new URL(path, telemetry?.endpoints.health))).status;
}

describe('init({ health })', () => {
  it('serves the endpoints on the server of /metrics, which has the metrics of health', async () => {
    register('database', () => true);
    telemetry = init({ prometheus: { port: 0 }, health: true });
    await telemetry.ready;
    expect(new URL(telemetry.endpoints.health ?? '').host).toBe(
      new URL(telemetry.endpoints.prometheus ?? '').host,
    );
    const answers = await Promise.all(['/health', '/livez', '/readyz', '/startupz'].map(statusOf));
    expect(answers).toEqual([200, 200, 200, 200]);
    const text = await (await fetch(telemetry.endpoints.prometheus ?? '')).text();
    expect(text).toMatch(/^health_status\{check="database",kind="component",.*\} 1$/m);
    expect(text).toMatch(/^health_check_duration_seconds_count\{check="database",.*\} 1$/m);
  });

  it('runs checks in the background', async () => {
    let runs = 0;
    register('counted', () => void runs++, { interval: 10 });
    telemetry = init({ prometheus: { port: 0 }, health: true });
    await expect.poll(() => runs).toBeGreaterThan(2);
  });

  it('runs them though one depends on what is registered later', async () => {
    let runs = 0;
    register('orders', () => void runs++, { dependsOn: ['late'], interval: 10 });
    telemetry = init({ prometheus: { port: 0 }, health: true, logLevel: 'none' });
    await expect.poll(() => runs).toBeGreaterThan(2);
    expect(health.report().status).toBe('degraded');
    register('late', () => true);
    await health.check();
    expect(health.report().status).toBe('healthy');
  });

  it('is off unless asked for', async () => {
    let runs = 0;
    register('counted', () => void runs++, { interval: 10 });
    telemetry = init({ prometheus: { port: 0 } });
    await telemetry.ready;
    expect(telemetry.endpoints.health).toBeUndefined();
    expect((await fetch(new URL('/livez', telemetry.endpoints.prometheus))).status).toBe(404);
    expect(runs).toBe(0);
  });

  it('has a server of its own where a port is said, and where there is no /metrics', async () => {
    telemetry = init({ prometheus: { port: 0 }, health: { port: 0 } });
    await telemetry.ready;
    expect(new URL(telemetry.endpoints.health ?? '').port).not.toBe(
      new URL(telemetry.endpoints.prometheus ?? '').port,
    );
    expect(await statusOf('/livez')).toBe(200);
    expect(await statusOf('/metrics')).toBe(404);
    await telemetry.shutdown();
    telemetry = init({ prometheus: false, health: { port: 0, basePath: '/internal' } });
    await telemetry.ready;
    expect(telemetry.endpoints.prometheus).toBeUndefined();
    expect(telemetry.endpoints.health).toMatch(/\/internal\/health$/);
    expect(await statusOf('/internal/livez')).toBe(200);
  });

  it.each(['', '/', '/svc/'])('tells where it is served below the base path %j', async (basePath) => {
    telemetry = init({ prometheus: false, health: { port: 0, basePath } });
    await telemetry.ready;
    const { pathname } = new URL(telemetry.endpoints.health ?? '');
    expect(pathname).toBe(basePath === '/svc/' ? '/svc/health' : '/health');
    expect(await statusOf(pathname)).toBe(200);
  });

  it('listens once a port that was taken is free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    telemetry = init({ prometheus: false, health: { port }, logLevel: 'none' });
    await telemetry.ready;
    expect(telemetry.endpoints.health).toBeUndefined();
    await new Promise((resolve) => other.close(resolve));
    await expect.poll(() => telemetry?.endpoints.health, { timeout: 10_000 }).toContain(`:${port}/health`);
  });

  it('turns readiness off before anything else when it is shut down, for as long as drainDelay', async () => {
    telemetry = init({ prometheus: { port: 0 }, health: { drainDelay: '300ms' } });
    await telemetry.ready;
    expect(await statusOf('/readyz')).toBe(200);
    const ended = telemetry.shutdown();
    expect(await statusOf('/readyz')).toBe(503);
    expect(await statusOf('/livez')).toBe(200);
    await ended;
    expect(telemetry.endpoints.health).toBeUndefined();
    telemetry = init({ prometheus: { port: 0 }, health: true });
    await telemetry.ready;
    expect(await statusOf('/readyz')).toBe(200);
  });

  it('opens nothing when disabled', async () => {
    let runs = 0;
    register('counted', () => void runs++, { interval: 10 });
    telemetry = init({ mode: 'disabled', health: true });
    await telemetry.ready;
    expect(telemetry.endpoints).toEqual({ prometheus: undefined, health: undefined });
    expect(runs).toBe(0);
  });

  it('tells all that is wrong with its options, and shows no secret', () => {
    const wrong = { paths: { live: '/x', ready: '/x' }, token: 'two words', drainDelay: 'soon', gaurd: 1 };
    let thrown: unknown;
    try {
      telemetry = init({ health: wrong as never });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InstrumentError);
    const { problems, message } = thrown as InstrumentError;
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'health.drainDelay',
      'health.gaurd',
      'health.paths.ready',
      'health.token',
    ]);
    expect(message).toContain('Did you mean guard?');
    expect(message).not.toContain('two words');
  });
});

describe('SIGTERM', () => {
  it('turns readiness off first, and ends the process by the signal', async () => {
    const app = startApp({
      source: `
        import { health, init } from '@org/instrument';
        health.register('database', () => true);
        const telemetry = init({ prometheus: { port: 0 }, health: { drainDelay: '1s' } });
        await telemetry.ready;
        setInterval(() => {}, 1_000);
        const url = new URL('/readyz', telemetry.endpoints.health);
        const ask = async () => console.log('ready', (await fetch(url)).status);
        await ask();
        // Says itself what the endpoint answers while it is on its way out.
        setInterval(ask, 50);
      `,
    });
    try {
      await app.printed('ready 200');
      app.child.kill('SIGTERM');
      await app.printed('ready 503');
      expect((await app.end).signal).toBe('SIGTERM');
    } finally {
      app.child.kill('SIGKILL');
    }
  });

  it('that the application handles itself turns readiness off at once, and drains once', async () => {
    const app = startApp({
      source: `
        import { health, init } from '@org/instrument';
        const telemetry = init({ prometheus: { port: 0 }, health: { drainDelay: '600ms' } });
        await telemetry.ready;
        const alive = setInterval(() => {}, 1_000);
        process.once('SIGTERM', async () => {
          const { status } = await fetch(new URL('/readyz', telemetry.endpoints.health));
          console.log('handled, ready', status);
          await new Promise((resolve) => setTimeout(resolve, 600));
          const begun = performance.now();
          await telemetry.shutdown();
          console.log('drained again:', performance.now() - begun > 500);
          clearInterval(alive);
        });
        console.log('started');
      `,
    });
    try {
      await app.printed('started');
      app.child.kill('SIGTERM');
      await app.printed('handled, ready 503');
      await app.printed('drained again: false');
      expect(await app.end).toMatchObject({ code: 0, signal: null });
    } finally {
      app.child.kill('SIGKILL');
    }
  });
});
