import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGrpcTransport } from '../../src/otlp-grpc/transport.ts';
import { createHttpTransport } from '../../src/otlp-http/transport.ts';
import type { OtlpTransport, OtlpTransportOptions } from '../../src/otlp-transport/transport.ts';
import { answerWith, refuseWith, startHttp2Receiver } from '../otlp-grpc/http2-receiver.ts';
import { retryInfo } from '../otlp-grpc/retry-info.ts';
import { type ForgetfulRouter, startForgetfulRouter } from './forgetful-router.ts';

const NO_CERTIFICATES = {};
const DATA = Buffer.from('spans, many of them');
/** Longer than whoever waits does before it is sent over a second connection, too. */
const SLOW_MILLIS = 2_500;
/** Time until it refuses slowly. */
const SLOW_REFUSAL_MILLIS = 600;

type Answer = 'take' | 'take slowly' | 'hang' | 'be busy' | 'ask for a second' | 'ask slowly';

/** A receiver of some protocol, as these tests use it. */
interface Receiver {
  readonly port: number;
  /** How many requests have come. */
  readonly requests: () => number;
  /** How it answers from now on. */
  answer(how: Answer): void;
  close(): Promise<void>;
}

interface Protocol {
  startReceiver(port?: number): Promise<Receiver>;
  create(port: number, options: OtlpTransportOptions): OtlpTransport;
}

const http: Protocol = {
  async startReceiver(port = 0) {
    let requests = 0;
    let how: Answer = 'take';
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        requests++;
        if (how === 'take') response.end();
        if (how === 'take slowly') setTimeout(() => response.end(), SLOW_MILLIS);
        if (how === 'be busy') response.writeHead(503).end();
        const ask = (): unknown => response.writeHead(429, { 'retry-after': '1' }).end();
        if (how === 'ask for a second') ask();
        if (how === 'ask slowly') setTimeout(ask, SLOW_REFUSAL_MILLIS);
      });
    });
    // The default closes what is idle after five seconds, and says so.
    server.keepAliveTimeout = 0;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      requests: () => requests,
      answer: (next) => {
        how = next;
      },
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
  create: (port, options) =>
    createHttpTransport({
      url: new URL(`http://127.0.0.1:${port}/v1/traces`),
      headers: {},
      compression: 'none',
      certificates: () => NO_CERTIFICATES,
      ...options,
    }),
};

const overGrpc: Protocol = {
  async startReceiver(port) {
    const receiver = await startHttp2Receiver(undefined, port);
    return {
      port: receiver.port,
      requests: () => receiver.calls.length,
      answer: (how) => {
        receiver.answer = (call) => {
          if (how === 'take') answerWith(call);
          const answerUnlessGone = (): unknown => call.stream.destroyed || answerWith(call);
          if (how === 'take slowly') setTimeout(answerUnlessGone, SLOW_MILLIS);
          if (how === 'be busy') refuseWith(call, grpc.status.UNAVAILABLE);
          const ask = (): void => refuseWith(call, grpc.status.UNAVAILABLE, retryInfo(1));
          if (how === 'ask for a second') ask();
          if (how === 'ask slowly') setTimeout(ask, SLOW_REFUSAL_MILLIS);
        };
      },
      close: receiver.close,
    };
  },
  create: (port, options) =>
    createGrpcTransport({
      grpc,
      url: new URL(`http://127.0.0.1:${port}`),
      method: '/shop.Orders/Export',
      metadata: new grpc.Metadata(),
      credentials: () => grpc.credentials.createInsecure(),
      compression: 'none',
      userAgent: 'the-exporter/1',
      ...options,
    }),
};

describe.each([
  ['HTTP', http],
  ['gRPC', overGrpc],
])('an export over %s', (_, protocol) => {
  let receiver: Receiver;
  let router: ForgetfulRouter;
  let transport: OtlpTransport;
  let stop: AbortController;

  afterEach(async () => {
    vi.useRealTimers();
    stop.abort(new Error('the test is over'));
    await router.close();
    await receiver.close();
  });

  async function start(options: Partial<OtlpTransportOptions> = {}): Promise<void> {
    stop = new AbortController();
    receiver = await protocol.startReceiver();
    router = await startForgetfulRouter(receiver.port);
    transport = protocol.create(router.port, { stop: stop.signal, ...options });
  }

  /** Sends something over a connection that is kept open. */
  async function keepConnection(): Promise<void> {
    expect(await transport.send(DATA, 5_000)).toMatchObject({ status: 'success' });
    expect(router.connections).toBe(1);
  }

  describe('after an idle time', () => {
    it('of half a minute goes over the same connection', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      await start();
      await keepConnection();
      vi.setSystemTime(Date.now() + 29_000);
      await keepConnection();
    });

    it('of more goes over a new one, as a router may have forgotten the old one', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      await start();
      await keepConnection();
      router.forget();
      vi.setSystemTime(Date.now() + 31_000);
      expect(await transport.send(DATA, 1_000)).toMatchObject({ status: 'success' });
      expect(router.connections).toBe(2);
    });
  });

  describe('over a connection that was forgotten', () => {
    it('goes over a new one when its time is over, once', async () => {
      const faults: string[] = [];
      await start({ repetition: 'always', onFault: ({ message }) => void faults.push(message) });
      await keepConnection();
      router.forget();
      expect(await transport.send(DATA, 300)).toMatchObject({ status: 'success' });
      expect(router.connections).toBe(2);
      expect(receiver.requests()).toBe(2);
      expect(faults).toEqual([]);
    });

    it('is given up when its time is over, where it must not arrive twice; the next one goes over a new one', async () => {
      await start();
      await keepConnection();
      router.forget();
      expect(await transport.send(DATA, 300)).toMatchObject({
        status: 'failure',
        error: { message: expect.stringContaining('no answer within 300 ms') },
      });
      expect(receiver.requests()).toBe(1);
      expect(await transport.send(DATA, 5_000)).toMatchObject({ status: 'success' });
      expect(router.connections).toBe(2);
    });

    it.each(['when flushed', 'always'] as const)(
      'goes over a new one once it takes long and somebody waits (%s)',
      async (repetition) => {
        await start({ repetition });
        await keepConnection();
        router.forget();
        const begin = performance.now();
        const sent = transport.send(DATA, 60_000);
        transport.hurry();
        expect(await sent).toMatchObject({ status: 'success' });
        expect(performance.now() - begin).toBeGreaterThan(1_900);
        expect(receiver.requests()).toBe(2);
      },
    );

    it('stays there, whoever waits, where it must not arrive twice', async () => {
      await start();
      await keepConnection();
      router.forget();
      const sent = transport.send(DATA, 2_500);
      transport.hurry();
      expect(await sent).toMatchObject({ status: 'failure' });
      expect(receiver.requests()).toBe(1);
    });
  });

  describe('that the receiver does not answer', () => {
    it('is repeated over a new connection once only, and given up', async () => {
      await start({ repetition: 'always' });
      await keepConnection();
      receiver.answer('hang');
      expect(await transport.send(DATA, 300)).toMatchObject({ status: 'failure' });
      expect(receiver.requests()).toBe(3);
      // No connection is left that could be the reason.
      expect(await transport.send(DATA, 300)).toMatchObject({ status: 'failure' });
      expect(receiver.requests()).toBe(4);
    });

    it('is not repeated over a connection that is new, whoever waits', async () => {
      await start({ repetition: 'always' });
      receiver.answer('hang');
      const sent = transport.send(DATA, 2_500);
      transport.hurry();
      expect(await sent).toMatchObject({ status: 'failure' });
      expect(receiver.requests()).toBe(1);
    });
  });

  it('that a slow receiver answers before its repetition is not given up for that', async () => {
    await start({ repetition: 'always' });
    await keepConnection();
    receiver.answer('take slowly');
    const begin = performance.now();
    const sent = transport.send(DATA, 60_000);
    transport.hurry();
    expect(await sent).toMatchObject({ status: 'success' });
    expect(performance.now() - begin).toBeLessThan(SLOW_MILLIS + 1_000);
    expect(receiver.requests()).toBe(3);
  });

  it('that a slow receiver answers after its time is over is taken, as long as its repetition may be', async () => {
    await start({ repetition: 'always' });
    await keepConnection();
    receiver.answer('take slowly');
    expect(await transport.send(DATA, SLOW_MILLIS - 500)).toMatchObject({ status: 'success' });
    expect(receiver.requests()).toBe(3);
  });

  it('finds a receiver that is back at once, however often it was looked for', async () => {
    await start();
    await keepConnection();
    const direct = protocol.create(receiver.port, { stop: stop.signal });
    await receiver.close();
    // Attempts at 0, 1 and 2.5 seconds, a fifth more or less.
    expect(await direct.send(DATA, 4_000)).toMatchObject({ status: 'failure' });
    receiver = await protocol.startReceiver(receiver.port);
    const begin = performance.now();
    expect(await direct.send(DATA, 10_000)).toMatchObject({ status: 'success' });
    expect(performance.now() - begin).toBeLessThan(600);
  });

  it('is not tried again when an answer would come too late', async () => {
    await start();
    await keepConnection();
    receiver.answer('ask for a second');
    // A tenth of its time is left for an answer, or it is given up.
    expect(await transport.send(DATA, 1_090)).toMatchObject({ status: 'failure' });
    expect(receiver.requests()).toBe(2);
  });

  it.each([
    ['never', 2],
    ['always', 3],
  ] as const)(
    'is tried again with less time than the last attempt took only where it may arrive twice (%s)',
    async (repetition, requests) => {
      await start({ repetition });
      await keepConnection();
      receiver.answer('ask slowly');
      const sent = transport.send(DATA, 2_000);
      await expect.poll(receiver.requests).toBe(2);
      receiver.answer('take');
      expect(await sent).toMatchObject({ status: requests === 2 ? 'failure' : 'success' });
      expect(receiver.requests()).toBe(requests);
    },
  );

  describe('that pauses before it tries again', () => {
    it('does so at once when somebody waits', async () => {
      await start();
      receiver.answer('be busy');
      const begin = performance.now();
      const sent = transport.send(DATA, 10_000);
      await expect.poll(receiver.requests).toBe(1);
      receiver.answer('take');
      await expect.poll(() => hurried(sent), { interval: 20 }).toBe('success');
      expect(performance.now() - begin).toBeLessThan(700);
      expect(receiver.requests()).toBe(2);
    });

    it('because the receiver has asked for it does not end sooner', async () => {
      await start();
      receiver.answer('ask for a second');
      const begin = performance.now();
      const sent = transport.send(DATA, 10_000);
      await expect.poll(receiver.requests).toBe(1);
      receiver.answer('take');
      await expect.poll(() => hurried(sent), { timeout: 5_000, interval: 20 }).toBe('success');
      expect(performance.now() - begin).toBeGreaterThan(950);
    });

    it('is not tried more than ten times a second, however often somebody waits', async () => {
      await start();
      receiver.answer('be busy');
      const begin = performance.now();
      const sent = transport.send(DATA, 60_000);
      const attempts = async (): Promise<number> => {
        await hurried(sent);
        return receiver.requests();
      };
      await expect.poll(attempts, { timeout: 5_000, interval: 1 }).toBe(5);
      expect(performance.now() - begin).toBeGreaterThan(390);
    });
  });

  /** Somebody waits: what has become of it by now. */
  async function hurried(sent: ReturnType<OtlpTransport['send']>): Promise<string | undefined> {
    transport.hurry();
    const pending = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
    return (await Promise.race([sent, pending]))?.status;
  }
});
