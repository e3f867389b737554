import { describe, expect, it } from 'vitest';
import { createHealthFetch } from '../../src/http/fetch-handler.ts';
import type { AuthorizeRequest } from '../../src/http/options.ts';
import { mixedHealth, serve } from './serve.ts';

describe('the Fetch-style handler', () => {
  it('answers as the node handler does', async () => {
    const health = await mixedHealth();
    const options = { token: 't', version: '1' };
    const { url } = await serve(health, options);
    const handler = createHealthFetch(health, options);
    for (const path of ['/livez', '/readyz?verbose', '/health', '/readyz/x', '/health/%', '/nothing']) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        for (const headers of [{}, { Authorization: 'Bearer t' }, { Accept: 'application/json' }]) {
          const there = await fetch(url + path, { method, headers });
          const here = await handler(new Request(`https://shop.example${path}`, { method, headers }));
          const timeless = (text: string) => text.replace(/"observedValue":[\d.e-]+/g, '');
          expect([here.status, timeless(await here.text())]).toEqual([
            there.status,
            timeless(await there.text()),
          ]);
          for (const [name, value] of here.headers)
            expect([name, there.headers.get(name)]).toEqual([name, value]);
        }
      }
    }
  });

  it('tells authorize what there is to know', async () => {
    let asked: AuthorizeRequest | undefined;
    const authorize = async (request: AuthorizeRequest) => {
      asked = request;
      return request.headers['x-key'] === 'k';
    };
    const handler = createHealthFetch(await mixedHealth(), { authorize });
    const response = await handler(new Request('http://x/health', { headers: { 'X-Key': 'k' } }));
    expect(await response.json()).toHaveProperty('checks.disk');
    expect(asked).toMatchObject({ method: 'GET', url: 'http://x/health', remoteAddress: undefined });
  });
});
