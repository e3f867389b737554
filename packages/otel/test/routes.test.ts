import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { meterProvider } from '@org/instrument-core';
import { afterEach, describe, expect, it } from 'vitest';
import { type OtelExtension, type OtelHandle, type OtelOptions, startOtel } from '../src/index.ts';

let handle: OtelHandle | undefined;

afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
});

const PING: OtelExtension = {
  routes: async () => ({
    handle: (request, response) => {
      if (request.url !== '/ping') return false;
      response.end('pong');
      return true;
    },
  }),
};

async function start(options: OtelOptions, extension: OtelExtension): Promise<OtelHandle> {
  handle = startOtel({ handleSignals: false, logLevel: 'none', ...options }, meterProvider, extension);
  await handle.ready;
  return handle;
}

async function get(path: string): Promise<[number, string]> {
  const response = await fetch(new URL(path, handle?.endpoints.routes));
  return [response.status, await response.text()];
}

describe('routes of other rooms', () => {
  it('are served beside /metrics', async () => {
    const { endpoints } = await start({ prometheus: { port: 0 } }, PING);
    expect(endpoints.prometheus).toBe(`${endpoints.routes}/metrics`);
    expect(await get('/ping')).toEqual([200, 'pong']);
    expect((await get('/metrics'))[0]).toBe(200);
    expect((await get('/else'))[0]).toBe(404);
  });

  it('have a server of their own where an address is said, or nothing else is served', async () => {
    const routesAddress = { host: '127.0.0.1', port: 0 };
    const { endpoints, shutdown } = await start({ prometheus: { port: 0 } }, { ...PING, routesAddress });
    expect(new URL(endpoints.prometheus ?? '').origin).not.toBe(endpoints.routes);
    expect(await get('/ping')).toEqual([200, 'pong']);
    expect((await get('/metrics'))[0]).toBe(404);
    await shutdown();
    await start({ prometheus: false }, { ...PING, routesAddress });
    expect(await get('/ping')).toEqual([200, 'pong']);
  });

  it('that cannot be loaded leave /metrics alone', async () => {
    const routes = (): Promise<never> => Promise.reject(new Error('no such module'));
    const { endpoints } = await start({ prometheus: { port: 0 } }, { routes });
    expect(endpoints.routes).toBeUndefined();
    expect((await fetch(endpoints.prometheus ?? '')).status).toBe(200);
  });

  it('are still served while what comes before the shutdown goes on, and not after it', async () => {
    let seen: unknown;
    const beforeShutdown = async (): Promise<void> => {
      seen = await get('/ping');
    };
    const { endpoints, shutdown } = await start({ prometheus: { port: 0 } }, { ...PING, beforeShutdown });
    await shutdown();
    expect(seen).toEqual([200, 'pong']);
    expect(endpoints.routes).toBeUndefined();
  });

  it('listen later when their port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { endpoints } = await start(
      { prometheus: false },
      { ...PING, routesAddress: { host: '127.0.0.1', port } },
    );
    expect(endpoints.routes).toBeUndefined();
    await new Promise((resolve) => other.close(resolve));
    await expect.poll(() => endpoints.routes, { timeout: 10_000 }).toContain(`:${port}`);
    expect(await get('/ping')).toEqual([200, 'pong']);
  });
});
