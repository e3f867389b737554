import { describe, expect, it } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import { mixedHealth, serve, settable } from './serve.ts';

async function ask(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe('probes for Kubernetes', () => {
  it('says ok, uncached and unsniffed, while the probe passes', async () => {
    const health = createHealth();
    settable(health, 'database', ['readiness', 'liveness', 'startup']);
    const { url } = await serve(health);
    for (const path of ['/livez', '/readyz', '/startupz', '/readyz/database', '/readyz/', '/livez?x=1']) {
      const { status, text, headers } = await ask(url + path);
      expect([path, status, text]).toEqual([path, 200, 'ok']);
      expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('vary')).toBe('Accept');
      expect(headers.get('content-length')).toBe('2');
    }
  });

  it('lists each check when verbose, with those that were excluded', async () => {
    const health = createHealth();
    for (const name of ['database', 'cache', 'queue']) settable(health, name);
    const { url } = await serve(health);
    expect((await ask(`${url}/readyz?verbose`)).text).toBe(
      '[+]database ok\n[+]cache ok\n[+]queue ok\nreadyz check passed\n',
    );
    expect((await ask(`${url}/readyz?verbose&exclude=queue,cache`)).text).toBe(
      '[+]database ok\n[+]cache excluded: ok\n[+]queue excluded: ok\nreadyz check passed\n',
    );
    expect((await ask(`${url}/readyz?verbose=false`)).text).toBe('ok');
  });

  it('says why it passes though a check fails, when it is held ready', async () => {
    const health = createHealth();
    health.register('database', () => false, { shared: true });
    await health.check();
    const { url } = await serve(health, { details: 'always' });
    const { status, text } = await ask(`${url}/readyz?verbose`);
    expect([status, text]).toEqual([
      200,
      '[-]database failed: the check returned false\n' +
        '[+]readiness passes: held ready by the guard: all instances share database\n' +
        'readyz check passed\n',
    ]);
    expect((await ask(`${url}/readyz`)).text).toBe('ok');
  });

  it('fails with the lines that fail, whose reasons only authorised readers see', async () => {
    const health = await mixedHealth();
    const { url } = await serve(health, { token: 'secret' });
    const failed = await ask(`${url}/readyz`);
    expect(failed.status).toBe(503);
    expect(failed.text).toBe('[-]database failed: reason withheld\nreadyz check failed\n');
    const authorised = await ask(`${url}/readyz?verbose`, { headers: { Authorization: 'Bearer secret' } });
    expect(authorised.text).toBe(
      '[-]database failed: connection refused: 10.0.0.7:5432\n[+]cache degraded: hit ratio 41 %\n' +
        '[+]disk ok\nreadyz check failed\n',
    );
    expect(authorised.headers.get('vary')).toBe('Authorization, Accept');
    expect((await ask(`${url}/readyz`)).text).toBe(failed.text);
    expect((await ask(`${url}/livez`)).status).toBe(200);
  });

  it('leaves excluded checks out of the outcome, repeated or separated by commas', async () => {
    const { url } = await serve(await mixedHealth());
    expect((await ask(`${url}/readyz?exclude=database`)).status).toBe(200);
    expect((await ask(`${url}/readyz?exclude=disk&exclude=cache`)).status).toBe(503);
    expect((await ask(`${url}/readyz?exclude=disk,%20database&exclude=disk&exclude=`)).status).toBe(200);
    expect((await ask(`${url}/readyz/database`)).status).toBe(503);
    expect((await ask(`${url}/readyz/disk`)).status).toBe(200);
  });

  it('follows a change at once, and readiness fails while the instance drains', async () => {
    const health = createHealth();
    const database = settable(health, 'database');
    const { url } = await serve(health, { details: 'always' });
    expect((await ask(`${url}/readyz`)).text).toBe('ok');
    await database.set('unhealthy', 'two\nlines\u2028and a forged\r[+]cache ok');
    expect((await ask(`${url}/readyz`)).text).toBe(
      '[-]database failed: two lines and a forged [+]cache ok\nreadyz check failed\n',
    );
    await database.set('degraded');
    expect((await ask(`${url}/readyz`)).text).toBe('ok');
    await database.set('healthy');
    health.drain('rolling update');
    expect(await ask(`${url}/readyz`)).toMatchObject({
      status: 503,
      text: '[-]readiness failed: rolling update\nreadyz check failed\n',
    });
    expect((await ask(`${url}/livez`)).text).toBe('ok');
    health.resume();
    expect((await ask(`${url}/readyz`)).text).toBe('ok');
  });

  it('tells that something drains to everybody, and why only to authorised readers', async () => {
    const health = createHealth();
    health.drain('the database password leaked');
    const { url } = await serve(health);
    expect((await ask(`${url}/readyz`)).text).toBe(
      '[-]readiness failed: reason withheld\nreadyz check failed\n',
    );
  });

  it('holds startup until each check has served once, and then for good', async () => {
    const health = createHealth();
    const warm = settable(health, 'warm-up', ['startup']);
    await warm.set('unhealthy', 'loading');
    const { url } = await serve(health, { details: 'always' });
    expect(await ask(`${url}/startupz`)).toMatchObject({ status: 503 });
    await warm.set('healthy');
    expect(await ask(`${url}/startupz`)).toMatchObject({ status: 200, text: 'ok' });
    await warm.set('unhealthy', 'later');
    expect((await ask(`${url}/startupz?verbose`)).text).toBe(
      '[-]warm-up failed: later\nstartupz check passed\n',
    );
  });

  it('says JSON to who prefers it, in the type that was asked for', async () => {
    const { url } = await serve(await mixedHealth(), { details: 'always' });
    for (const type of ['application/json', 'application/health+json']) {
      const { status, text, headers } = await ask(`${url}/readyz`, { headers: { Accept: type } });
      expect(status).toBe(503);
      expect(headers.get('content-type')).toBe(type);
      expect(JSON.parse(text)).toMatchObject({ status: 'fail', rootCauses: ['database'] });
    }
  });

  it('answers HEAD like GET without a body, and no other method', async () => {
    const { url } = await serve(await mixedHealth());
    for (const path of ['/readyz', '/livez', '/health', '/health/nothing']) {
      const get = await ask(url + path);
      const head = await ask(url + path, { method: 'HEAD' });
      expect([head.status, head.text]).toEqual([get.status, '']);
      // The client closes the connection after HEAD.
      const ofConnection = ['date', 'connection', 'keep-alive'];
      const without = (headers: Headers) => [...headers].filter(([name]) => !ofConnection.includes(name));
      expect(without(head.headers)).toEqual(without(get.headers));
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const { status, headers } = await ask(`${url}/livez`, { method });
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });
});
