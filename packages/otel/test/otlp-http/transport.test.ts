import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http, { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHttpTransport, type HttpTransportOptions } from '../../src/otlp-http/transport.ts';

const NO_CERTIFICATES = {};
const DATA = Buffer.from('spans, many of them');

let server: Server;
let port: number;
let requests: IncomingMessage[];
let bodies: Buffer[];
let connections: Socket[];
let answer: (response: ServerResponse, socket: Socket) => void;
let stop: AbortController;

beforeEach(async () => {
  requests = [];
  bodies = [];
  connections = [];
  stop = new AbortController();
  answer = (response) => response.end('taken');
  server = createServer((request, response) => {
    requests.push(request);
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      answer(response, request.socket);
    });
  });
  server.on('connection', (socket) => connections.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  for (const socket of connections) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function create(options: Partial<HttpTransportOptions> = {}) {
  return createHttpTransport({
    url: new URL(`http://127.0.0.1:${port}/v1/traces?key=1`),
    headers: { 'content-type': 'application/json', 'x-tenant': 'shop' },
    compression: 'none',
    certificates: () => NO_CERTIFICATES,
    stop: stop.signal,
    ...options,
  });
}

/** Milliseconds that it takes, and what becomes of it. */
async function timed<T>(work: Promise<T>): Promise<{ millis: number; result: T }> {
  const start = performance.now();
  const result = await work;
  return { millis: performance.now() - start, result };
}

const isClosed = (socket: Socket | undefined) => () => socket?.destroyed;

describe('an export over HTTP', () => {
  it('is no request of the application to instrumentations, which have patched them', async () => {
    const original = http.request;
    const patched = vi.fn(original);
    const wrapped = Object.assign(patched as unknown as typeof original, {
      __wrapped: true,
      __original: original,
    });
    http.request = wrapped;
    syncBuiltinESMExports();
    try {
      await create().send(DATA, 5_000);
    } finally {
      http.request = original;
      syncBuiltinESMExports();
    }
    expect(bodies).toEqual([DATA]);
    expect(patched).not.toHaveBeenCalled();
  });

  it('is one POST with the headers and the path as they are, and hands over the answer', async () => {
    expect(await create().send(DATA, 5_000)).toEqual({ status: 'success', data: Buffer.from('taken') });
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/v1/traces?key=1' });
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(DATA.length),
      'x-tenant': 'shop',
    });
    expect(bodies).toEqual([DATA]);
  });

  it('is compressed when asked for, once for all attempts', async () => {
    answer = (response) =>
      requests.length === 1 ? response.writeHead(503, { 'retry-after': '1' }).end() : response.end();
    await create({ compression: 'gzip' }).send(DATA, 5_000);
    expect(requests.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip']);
    expect(bodies.map((body) => gunzipSync(body))).toEqual([DATA, DATA]);
    expect(Number(requests[0]?.headers['content-length'])).toBe(bodies[0]?.length);
  });

  it('goes over the connection of the one before', async () => {
    const transport = create();
    for (let i = 0; i < 3; i++) await transport.send(DATA, 5_000);
    expect(requests).toHaveLength(3);
    expect(connections).toHaveLength(1);
    transport.shutdown();
    await expect.poll(isClosed(connections[0])).toBe(true);
  });

  it('is sent again at once when that connection turns out to be closed', async () => {
    const transport = create();
    await transport.send(DATA, 5_000);
    answer = (response, socket) => (socket === connections[0] ? socket.destroy() : response.end('after all'));
    const { millis, result } = await timed(transport.send(DATA, 5_000));
    expect(result).toEqual({ status: 'success', data: Buffer.from('after all') });
    expect(connections).toHaveLength(2);
    expect(millis).toBeLessThan(700);
  });

  it('is not traced, and neither are its retries', async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    const suppressed: boolean[] = [];
    const look = (): void => void suppressed.push(isTracingSuppressed(context.active()));
    // What instrumentations of node:http listen to, or patch in the same place.
    subscribe('http.client.request.start', look);
    try {
      answer = (response) =>
        requests.length === 1 ? response.writeHead(503, { 'retry-after': '1' }).end() : response.end();
      await create().send(DATA, 5_000);
    } finally {
      unsubscribe('http.client.request.start', look);
      context.disable();
    }
    expect(suppressed).toEqual([true, true]);
  });
});

describe('an answer', () => {
  it.each([429, 502, 503, 504])('%d: the same data is sent again', async (status) => {
    answer = (response) =>
      requests.length === 1 ? response.writeHead(status).end('busy') : response.end('taken');
    const { millis, result } = await timed(create().send(DATA, 5_000));
    expect(result).toMatchObject({ status: 'success' });
    expect(bodies).toEqual([DATA, DATA]);
    expect(millis).toBeGreaterThan(750);
  });

  it.each([400, 401, 404, 408, 413, 500, 501])('%d: nothing is sent again', async (status) => {
    answer = (response) => response.writeHead(status).end('for a reason');
    expect(await create().send(DATA, 5_000)).toMatchObject({
      status: 'failure',
      error: { code: status, data: 'for a reason' },
    });
    expect(requests).toHaveLength(1);
  });

  it('that asks to wait beyond the deadline ends the export at once', async () => {
    answer = (response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    const { millis, result } = await timed(create().send(DATA, 5_000));
    expect(result).toMatchObject({ status: 'failure', error: { code: 429 } });
    expect(millis).toBeLessThan(1_000);
    expect(requests).toHaveLength(1);
  });

  it('that asks for no wait at all is not taken at its word', async () => {
    answer = (response) => response.writeHead(503, { 'retry-after': '0' }).end();
    await create().send(DATA, 1_500);
    expect(requests).toHaveLength(2);
  });

  it('that never comes: the deadline holds, and the connection is closed', async () => {
    answer = () => {};
    const { millis, result } = await timed(create().send(DATA, 300));
    expect(result).toMatchObject({ status: 'failure', error: { message: 'no answer within 300 ms' } });
    expect(millis).toBeLessThan(1_000);
    await expect.poll(isClosed(connections[0])).toBe(true);
  });

  it.each([
    [200, 'success'],
    [500, 'failure'],
  ])(
    '%d whose body drips counts as %s at the deadline, and the connection is closed',
    async (status, outcome) => {
      let timer: NodeJS.Timeout | undefined;
      answer = (response) => {
        response.writeHead(status, { 'content-length': '1000' });
        timer = setInterval(() => response.write(' '), 50);
      };
      const { millis, result } = await timed(create().send(DATA, 400));
      expect(result.status).toBe(outcome);
      expect(result).not.toHaveProperty('data');
      expect(millis).toBeLessThan(1_000);
      await expect.poll(isClosed(connections[0])).toBe(true);
      clearInterval(timer);
    },
  );

  it('of megabytes is not read to its end', async () => {
    answer = (response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
        response.once('drain', pour);
      };
      pour();
    };
    const { millis, result } = await timed(create().send(DATA, 5_000));
    expect(result).toEqual({ status: 'success' });
    expect(millis).toBeLessThan(1_500);
    await expect.poll(isClosed(connections[0])).toBe(true);
  });

  it('that is no HTTP is not waited for again', async () => {
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      connections.push(socket);
      socket.end('220 smtp.example.org ready\r\n');
    });
    const { result } = await timed(create().send(DATA, 3_000));
    expect(result).toMatchObject({
      status: 'failure',
      error: { message: expect.stringContaining('Parse Error') },
    });
    expect(connections).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('fails what waits for an answer, and what waits for its retry, at once', async () => {
    answer = (response) => {
      if (requests.length === 1) response.writeHead(503, { 'retry-after': '2' }).end();
    };
    const transport = create();
    const [waits, hangs] = [transport.send(DATA, 10_000), transport.send(DATA, 10_000)];
    await expect.poll(() => bodies.length).toBe(2);
    const { millis, result } = await timed(
      (async () => {
        stop.abort(new Error('shut down'));
        return Promise.all([waits, hangs, transport.send(DATA, 10_000)]);
      })(),
    );
    expect(millis).toBeLessThan(500);
    expect(result.map(({ status }) => status)).toEqual(['failure', 'failure', 'failure']);
    expect(result[1]).toMatchObject({ error: { message: 'shut down' } });
    await expect.poll(() => connections.every((socket) => socket.destroyed)).toBe(true);
    expect(requests).toHaveLength(2);
  });
});
