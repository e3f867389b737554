import { describe, expect, it } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import { mixedHealth, serve } from './serve.ts';

async function ask(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  return `${response.status} ${await response.text()}`;
}

describe('URLs that cannot be answered', () => {
  it('names what was found, what is known, and what was probably meant', async () => {
    const { url } = await serve(await mixedHealth(), { token: 't' });
    expect(await ask(`${url}/readyz/databse`)).toBe(
      '404 There is no check of readiness "databse". Known: database, cache, disk. Did you mean database?\n',
    );
    expect(await ask(`${url}/livez/database`)).toBe(
      '404 There is no check of liveness "database". Known: disk.\n',
    );
    expect(await ask(`${url}/startupz/x`)).toBe(
      '404 There is no check of startup "x". None is registered.\n',
    );
    expect(await ask(`${url}/readyz?exclude=cahce`)).toBe(
      '400 There is no check to exclude "cahce". Known: database, cache, disk. Did you mean cache?\n',
    );
    expect(await ask(`${url}/readyz/disk/deeper`)).toMatch(/^404 .*"disk\/deeper"/);
    expect(await ask(`${url}/readyz//disk`)).toMatch(/^404 .*"\/disk"/);
  });

  it('keeps names below /health from who is not authorised', async () => {
    const { url } = await serve(await mixedHealth(), { token: 't' });
    const authorised = { headers: { Authorization: 'Bearer t' } };
    expect(await ask(`${url}/health/readines`)).toBe('404 There is no group or check "readines".\n');
    expect(await ask(`${url}/health/readines`, authorised)).toMatch(
      /^404 .* Known: liveness, readiness, startup, database, cache, disk\. Did you mean readiness\?\n$/,
    );
    expect(await ask(`${url}/health?exclude=x`)).toBe('400 There is no check to exclude "x".\n');
    expect(await ask(`${url}/health/nope/disk`, authorised)).toMatch(/^404 There is no group "nope"/);
    expect(await ask(`${url}/health/liveness/cache`, authorised)).toMatch(
      /^404 There is no check of liveness "cache"\. Known: disk\./,
    );
  });

  it('refuses malformed percent-encoding, in names and in queries', async () => {
    const { raw } = await serve(await mixedHealth());
    for (const target of ['/readyz/%E0%A4%A', '/readyz/%', '/health/%ff', '/readyz?exclude=%zz']) {
      const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('percent-encoding');
    }
  });

  it('understands whole URLs, fragments and nonsense as targets', async () => {
    const { raw } = await serve(await mixedHealth());
    const status = async (target: string) =>
      (await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).split(' ')[1];
    expect(await status('http://other.example/livez?verbose')).toBe('200');
    expect(await status('http://other.example')).toBe('404');
    expect(await status('/livez#part?exclude=nothing')).toBe('200');
    expect(await status('/livezz')).toBe('404');
    expect(await status('/')).toBe('404');
    expect(await status('//livez')).toBe('404');
    expect(await status('/LIVEZ')).toBe('404');
    expect(await status('*')).toBe('404');
    expect(await status(`/readyz/${'x'.repeat(8_000)}`)).toBe('404');
    expect(await status(`/livez?pad=${'x'.repeat(8_000)}`)).toBe('200');
  });

  it('lists no more names than a reader can take in', async () => {
    const health = createHealth();
    health.registerAll(Array.from({ length: 1_000 }, (_, i) => ({ name: `check-${i}`, check: () => true })));
    await health.check();
    const { url } = await serve(health);
    const answer = await ask(`${url}/readyz/check-1000`);
    expect(answer).toContain('check-49, and 950 more.');
    expect(answer.length).toBeLessThan(1_000);
  });

  it('knows checks that are registered later, and forgets those that are taken out', async () => {
    const health = createHealth();
    const { url } = await serve(health);
    expect(await ask(`${url}/readyz/late`)).toMatch(/^404/);
    const takeOut = health.register('late', () => true);
    expect(await ask(`${url}/readyz/late`)).toBe('200 ok');
    takeOut();
    expect(await ask(`${url}/readyz/late`)).toMatch(/^404/);
  });
});
