import { describe, expect, it } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import { mixedHealth, serve } from './serve.ts';

interface HealthBody {
  readonly checks: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

async function bodyOf(response: Response | Promise<Response>): Promise<HealthBody> {
  return (await (await response).json()) as HealthBody;
}

describe('/health', () => {
  it('gives the status alone to who is not authorised: no names, no version', async () => {
    const { url } = await serve(await mixedHealth(), { version: '1.4' });
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/health+json');
    expect(response.headers.get('vary')).toBeNull();
    expect(await response.text()).toBe('{"status":"fail"}');
    expect(await (await fetch(`${url}/health/liveness`)).text()).toBe('{"status":"pass"}');
    expect(await (await fetch(`${url}/health?exclude=database`)).text()).toBe('{"status":"warn"}');
  });

  it('describes every check in the members of the draft', async () => {
    const health = await mixedHealth();
    const identity = { version: '1', releaseId: '1.4.2', serviceId: 'a1', description: 'orders' };
    const { url } = await serve(health, { details: 'always', ...identity });
    const body = await bodyOf(fetch(`${url}/health`));
    expect(body).toMatchObject({ status: 'fail', ...identity, rootCauses: ['database'] });
    expect(Object.keys(body.checks)).toEqual(['database', 'cache', 'disk']);
    expect(body.checks.database?.[0]).toEqual({
      componentType: 'component',
      status: 'fail',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      observedValue: expect.any(Number),
      observedUnit: 'ms',
      output: 'connection refused: 10.0.0.7:5432',
      affectedBy: [],
      rootCauses: ['database'],
      consecutiveFailures: 1,
      critical: true,
      flapping: false,
    });
    expect(body.checks.cache?.[0]).toMatchObject({
      componentType: 'system',
      status: 'warn',
      output: 'hit ratio 41 %',
      critical: false,
      details: { hits: '41' },
    });
    const disk = body.checks.disk?.[0];
    expect(disk).toMatchObject({ status: 'pass', lastSuccess: disk?.time });
    expect(disk).not.toHaveProperty('output');
  });

  it('answers for a group, for a check, and for a check of a group', async () => {
    const health = createHealth();
    health.register('database', () => false, { probes: ['readiness', 'storage'] });
    health.register('größe & mehr', () => true, { probes: ['storage'] });
    await health.check();
    const { url } = await serve(health, { details: 'always' });
    const namesAt = async (path: string) => {
      const response = await fetch(url + path);
      return [response.status, Object.keys((await bodyOf(response)).checks)];
    };
    expect(await namesAt('/health/storage')).toEqual([503, ['database', 'größe & mehr']]);
    expect(await namesAt('/health/database')).toEqual([503, ['database']]);
    expect(await namesAt('/health/gr%C3%B6%C3%9Fe%20%26%20mehr')).toEqual([200, ['größe & mehr']]);
    expect(await namesAt('/health/storage/gr%C3%B6%C3%9Fe%20%26%20mehr')).toEqual([200, ['größe & mehr']]);
    expect(await namesAt('/health/storage/?exclude=database')).toEqual([200, ['größe & mehr']]);
  });

  it('names what a check suffers from', async () => {
    const health = createHealth();
    health.register('network', () => ({ status: 'unhealthy', reason: 'no route' }));
    health.register('database', () => true, { dependsOn: ['network'] });
    await health.check();
    const { url } = await serve(health, { details: 'always' });
    const { checks } = await bodyOf(fetch(`${url}/health`));
    expect(checks.database?.[0]).toMatchObject({
      status: 'warn',
      affectedBy: ['network'],
      rootCauses: ['network'],
    });
  });

  it('says fail, and why, when the readiness drains though every check passes', async () => {
    const health = createHealth();
    health.register('disk', () => true);
    await health.check();
    health.drain('rolling update');
    const { url } = await serve(health, { details: 'always' });
    const response = await fetch(`${url}/health/readiness`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'fail', output: 'rolling update' });
  });

  it('survives names and details that JSON has trouble with', async () => {
    const health = createHealth();
    const cycle: Record<string, unknown> = { rows: 3 };
    cycle.self = cycle;
    health.register('cycle', () => ({ status: 'healthy', details: cycle }));
    health.register('__proto__', () => ({ status: 'healthy', details: { a: 1 } }));
    await health.check();
    const { url } = await serve(health, { details: 'always' });
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(200);
    const { checks } = await bodyOf(response);
    expect(checks.cycle?.[0]?.details).toBe('cannot be written as JSON');
    expect(Object.getOwnPropertyDescriptor(checks, '__proto__')?.value[0]).toMatchObject({
      status: 'pass',
      details: { a: 1 },
    });
  });

  it('keeps ages and times right: nothing with a time in it is kept', async () => {
    const health = createHealth();
    health.register('disk', () => true);
    await health.check();
    const { url } = await serve(health, { details: 'always' });
    const time = async () => (await bodyOf(fetch(`${url}/health`))).checks.disk?.[0]?.time;
    const first = await time();
    await expect
      .poll(async () => {
        await health.check({ fresh: true });
        return time();
      })
      .not.toBe(first);
  });
});
