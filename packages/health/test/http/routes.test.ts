import { once } from 'node:events';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createHealthHandler, createHealthRoutes } from '../../src/http/node-handler.ts';
import { mixedHealth, serve, serveListener } from './serve.ts';

describe('beside other handlers', () => {
  it('leaves other paths to next, untouched', async () => {
    const handler = createHealthHandler(await mixedHealth());
    const { url } = await serveListener((request, response) => {
      response.setHeader('X-Powered-By', 'Express');
      handler(request, response, (error) => response.end(`next ${request.url} ${error}`));
    });
    expect(await (await fetch(`${url}/orders?id=1`, { method: 'POST' })).text()).toBe(
      'next /orders?id=1 undefined',
    );
    const probe = await fetch(`${url}/livez`);
    expect([await probe.text(), probe.headers.get('x-powered-by')]).toEqual(['ok', 'Express']);
    expect(probe.headers.get('cache-control')).toBe('no-store');
  });

  it('answers 404 with the paths there are when nobody is next', async () => {
    const { url } = await serve(await mixedHealth(), { basePath: '/internal', paths: { startup: false } });
    const response = await fetch(`${url}/livez`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe(
      'Not Found. Here are: /internal/health, /internal/livez, /internal/readyz\n',
    );
    expect((await fetch(`${url}/internal/livez`)).status).toBe(200);
  });

  it('lets another server hand over what it does not know', async () => {
    const routes = createHealthRoutes(await mixedHealth());
    expect([...routes.paths].sort()).toEqual(['/health', '/livez', '/readyz', '/startupz']);
    const { url } = await serveListener((request, response) => {
      if (request.url === '/metrics') response.end('up 1\n');
      else if (!routes.handle(request, response)) response.writeHead(404).end('not here');
    });
    expect(await (await fetch(`${url}/metrics`)).text()).toBe('up 1\n');
    expect(await (await fetch(`${url}/livez`)).text()).toBe('ok');
    expect((await fetch(`${url}/livez`, { method: 'POST' })).status).toBe(405);
    expect(await (await fetch(`${url}/other`)).text()).toBe('not here');
  });

  it('serves HTTP/2 too', async () => {
    const handler = createHealthHandler(await mixedHealth(), { token: 't' });
    const server = createHttp2Server(handler as never).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const stream = client.request({ ':path': '/health/disk', authorization: 'Bearer t' });
      const [headers] = await once(stream, 'response');
      expect(headers).toMatchObject({ ':status': 200, 'content-type': 'application/health+json' });
      expect(await json(stream)).toMatchObject({ status: 'pass', rootCauses: [] });
    } finally {
      client.close();
      server.close();
    }
  });

  it('finds the nearest path where one lies below another', async () => {
    const paths = { health: '/health', live: '/health/live', ready: '/health/ready' };
    const { url } = await serve(await mixedHealth(), { paths, basePath: '/svc/' });
    expect(await (await fetch(`${url}/svc/health/live`)).text()).toBe('ok');
    expect(await (await fetch(`${url}/svc/health/live/disk?verbose`)).text()).toBe(
      '[+]disk ok\nlive check passed\n',
    );
    expect(await (await fetch(`${url}/svc/health/liveness`)).json()).toEqual({ status: 'pass' });
  });
});
