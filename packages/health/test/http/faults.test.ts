import { once } from 'node:events';
import { connect } from 'node:net';
import { type DiagLogger, diag } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import type { Health } from '../../src/health.ts';
import { createHealthFetch } from '../../src/http/fetch-handler.ts';
import { createHealthHandler } from '../../src/http/node-handler.ts';
import { mixedHealth, serve, serveListener } from './serve.ts';

afterEach(() => diag.disable());

describe('requests that are unlike others', () => {
  it('are answered in order when they come all at once', async () => {
    const { raw } = await serve(await mixedHealth());
    const paths = ['/livez', '/readyz', '/health', '/nothing', '/readyz/disk', '/livez'];
    const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
    const answers = await raw(`${requests}HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
      '200',
      '503',
      '503',
      '404',
      '200',
      '200',
      '200',
    ]);
    expect(answers.endsWith('\r\n\r\n')).toBe(true);
  });

  it('come with headers as long as node takes them', async () => {
    const { raw } = await serve(await mixedHealth(), { token: 't' });
    const accept = 'text/plain;q=0.1,'.repeat(800);
    const answer = await raw(
      `GET /livez HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(
      await raw(
        `GET /health HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x '.repeat(7_000)}\r\nConnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 503 /);
    const tooLong = `GET /livez HTTP/1.1\r\nHost: x\r\nX-Pad: ${'x'.repeat(40_000)}\r\n\r\n`;
    expect(await raw(tooLong)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('end before they are answered, and nothing comes of it', async () => {
    const health = createHealth();
    let finish: (() => void) | undefined;
    health.register('slow', () => new Promise<void>((resolve) => (finish = resolve)));
    const { port, url } = await serve(health);
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n');
    await vi.waitFor(() => expect(finish).toBeDefined());
    socket.resetAndDestroy();
    await once(socket, 'close');
    finish?.();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('do not disturb an answer that somebody else has begun', async () => {
    const handler = createHealthHandler(await mixedHealth());
    const { url } = await serveListener((request, response) => {
      response.write('mine, ');
      handler(request, response);
      response.end('all of it');
    });
    expect(await (await fetch(`${url}/livez`)).text()).toBe('mine, all of it');
  });
});

describe('a fault of ours', () => {
  it('is a 500 that tells nothing, a message to diag, and no exception', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} } satisfies DiagLogger);
    const fault = new Error('internal: 10.0.0.7');
    const health = createHealth();
    health.register('disk', () => true);
    await health.check();
    // The real thing, but for a part that is broken.
    const broken = (part: 'report' | 'names'): Health =>
      new Proxy(health, {
        get: (target, key) => {
          if (key === part) {
            return () => {
              throw fault;
            };
          }
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    for (const part of ['report', 'names'] as const) {
      const { url } = await serve(broken(part));
      const response = await fetch(`${url}/readyz`);
      expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error\n']);
      const fetched = await createHealthFetch(broken(part))(new Request('http://x/readyz'));
      expect([fetched.status, await fetched.text()]).toEqual([500, 'Internal Server Error\n']);
    }
    expect(error).toHaveBeenCalledWith(
      `health: an answer of the health endpoints failed: ${fault.message}`,
      fault,
    );
    expect(error).toHaveBeenCalledTimes(1);
  });
});
