import * as grpc from '@grpc/grpc-js';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metadataOf } from '../../src/otlp-grpc/metadata.ts';
import { createGrpcTransport, type GrpcTransportOptions } from '../../src/otlp-grpc/transport.ts';
import { answerWith, type Http2Receiver, refuseWith, startHttp2Receiver } from './http2-receiver.ts';
import { retryInfo } from './retry-info.ts';

const DATA = Buffer.from('spans, many of them, many of them');
const { status: codes } = grpc;

let receiver: Http2Receiver;
let stop: AbortController;

beforeEach(async () => {
  receiver = await startHttp2Receiver();
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await receiver.close();
});

function create(options: Partial<GrpcTransportOptions> = {}) {
  return createGrpcTransport({
    grpc,
    url: new URL(`http://127.0.0.1:${receiver.port}`),
    method: '/shop.Orders/Export',
    metadata: metadataOf(grpc, { Authorization: 'Bearer token', 'trace-bin': 'bytes' }),
    credentials: () => grpc.credentials.createInsecure(),
    compression: 'none',
    userAgent: 'the-exporter/1',
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

/** Answers the first call with a status, and the others with `OK`. */
function refuseOnce(status: number, trailers = {}): void {
  receiver.answer = (call) =>
    receiver.calls.length === 1 ? refuseWith(call, status, trailers) : answerWith(call);
}

describe('an export over gRPC', () => {
  it('is one call with its metadata and its deadline, and hands over the answer', async () => {
    receiver.answer = (call) => answerWith(call, Buffer.from('taken'));
    expect(await create().send(DATA, 5_000)).toEqual({ status: 'success', data: Buffer.from('taken') });
    expect(receiver.calls).toHaveLength(1);
    const [call] = receiver.calls;
    expect(call?.headers).toMatchObject({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': '/shop.Orders/Export',
      'content-type': 'application/grpc',
      authorization: 'Bearer token',
      'trace-bin': Buffer.from('bytes').toString('base64'),
    });
    expect(call?.headers['user-agent']).toMatch(/^the-exporter\/1 grpc-node-js\//);
    expect(call?.headers['grpc-timeout']).toMatch(/^(4\d{3}|5000)m$/);
    expect(call?.isCompressed).toBe(false);
    expect(call?.message).toEqual(DATA);
  });

  it('sends the bytes it was given, though they are a part of more memory', async () => {
    await create().send(new Uint8Array(DATA.buffer, DATA.byteOffset + 7, 4), 5_000);
    expect(receiver.calls[0]?.message).toEqual(DATA.subarray(7, 11));
  });

  it('is compressed when asked for', async () => {
    await create({ compression: 'gzip' }).send(DATA, 5_000);
    expect(receiver.calls[0]?.headers['grpc-encoding']).toBe('gzip');
    expect(receiver.calls[0]?.isCompressed).toBe(true);
    expect(receiver.calls[0]?.message).toEqual(DATA);
  });

  it('goes over the connection of the one before, until shutdown', async () => {
    const transport = create();
    for (let i = 0; i < 3; i++) await transport.send(DATA, 5_000);
    expect(receiver.calls.map(({ connection }) => connection)).toEqual([0, 0, 0]);
    transport.shutdown();
    await expect.poll(() => receiver.sessions[0]?.destroyed).toBe(true);
  });

  it('shares no connection with others, which would keep one that does not answer', async () => {
    for (const transport of [create(), create()]) await transport.send(DATA, 5_000);
    expect(receiver.calls.map(({ connection }) => connection)).toEqual([0, 1]);
  });

  it('comes through when the receiver has closed that connection', async () => {
    const transport = create();
    await transport.send(DATA, 5_000);
    receiver.sessions[0]?.destroy();
    expect(await transport.send(DATA, 5_000)).toMatchObject({ status: 'success' });
    expect(receiver.calls.at(-1)?.connection).toBe(1);
  });

  it('is not traced, and neither are its retries', async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    const suppressed: boolean[] = [];
    class Watched extends grpc.Client {
      // What instrumentations of grpc-js patch.
      override makeUnaryRequest = ((...args: Parameters<grpc.Client['makeUnaryRequest']>) => {
        suppressed.push(isTracingSuppressed(context.active()));
        return super.makeUnaryRequest(...args);
      }) as grpc.Client['makeUnaryRequest'];
    }
    try {
      refuseOnce(codes.UNAVAILABLE);
      await create({ grpc: { ...grpc, Client: Watched } }).send(DATA, 5_000);
    } finally {
      context.disable();
    }
    expect(suppressed).toEqual([true, true]);
  });
});

describe('a status', () => {
  it.each(['CANCELLED', 'DEADLINE_EXCEEDED', 'ABORTED', 'OUT_OF_RANGE', 'UNAVAILABLE', 'DATA_LOSS'] as const)(
    '%s: the same data is sent again',
    async (name) => {
      refuseOnce(codes[name]);
      const { millis, result } = await timed(create().send(DATA, 5_000));
      expect(result).toMatchObject({ status: 'success' });
      expect(receiver.calls.map(({ message }) => message)).toEqual([DATA, DATA]);
      expect(millis).toBeGreaterThan(750);
    },
  );

  it.each([
    'UNKNOWN',
    'INVALID_ARGUMENT',
    'NOT_FOUND',
    'ALREADY_EXISTS',
    'PERMISSION_DENIED',
    'RESOURCE_EXHAUSTED',
    'FAILED_PRECONDITION',
    'UNIMPLEMENTED',
    'INTERNAL',
    'UNAUTHENTICATED',
  ] as const)('%s: nothing is sent again', async (name) => {
    receiver.answer = (call) => refuseWith(call, codes[name], { 'grpc-message': 'for a reason' });
    expect(await create().send(DATA, 5_000)).toMatchObject({
      status: 'failure',
      error: { name: 'GrpcStatusError', status: name, message: `${name}: for a reason` },
    });
    expect(receiver.calls).toHaveLength(1);
  });

  it.each(['RESOURCE_EXHAUSTED', 'UNAVAILABLE'] as const)(
    '%s with RetryInfo: the same data comes after that time',
    async (name) => {
      refuseOnce(codes[name], retryInfo(1, 600_000_000));
      const { millis, result } = await timed(create().send(DATA, 5_000));
      expect(result).toMatchObject({ status: 'success' });
      expect(receiver.calls).toHaveLength(2);
      expect(millis).toBeGreaterThan(1_550);
    },
  );

  it('that asks to wait beyond the deadline ends the export at once', async () => {
    refuseOnce(codes.UNAVAILABLE, retryInfo(3_600));
    const { millis, result } = await timed(create().send(DATA, 5_000));
    expect(result).toMatchObject({ status: 'failure', error: { status: 'UNAVAILABLE' } });
    expect(millis).toBeLessThan(1_000);
  });

  it('whose details are rubbish is taken for what it is', async () => {
    refuseOnce(codes.UNAVAILABLE, {
      'grpc-status-details-bin': Buffer.from('\xff\x1a\xff').toString('base64'),
    });
    expect(await create().send(DATA, 5_000)).toMatchObject({ status: 'success' });
  });
});

describe('a receiver that', () => {
  it('does not answer: the deadline holds, and the next export takes another connection', async () => {
    const transport = create();
    receiver.answer = () => {};
    const { millis, result } = await timed(transport.send(DATA, 300));
    expect(result).toMatchObject({ status: 'failure', error: { status: 'DEADLINE_EXCEEDED' } });
    expect(millis).toBeLessThan(1_000);
    receiver.answer = (call) => answerWith(call);
    expect(await transport.send(DATA, 5_000)).toMatchObject({ status: 'success' });
    expect(receiver.calls.map(({ connection }) => connection)).toEqual([0, 1]);
    await expect.poll(() => receiver.sessions[0]?.destroyed).toBe(true);
  });

  it('closes the connection in the middle: the same data comes again', async () => {
    receiver.answer = (call) =>
      receiver.calls.length === 1 ? call.stream.session?.destroy() : answerWith(call);
    expect(await create().send(DATA, 5_000)).toMatchObject({ status: 'success' });
    expect(receiver.calls).toHaveLength(2);
  });

  it('answers over HTTP, not gRPC: a failure that says so', async () => {
    receiver.answer = ({ stream }) => {
      stream.respond({ ':status': 404, 'content-type': 'text/html' });
      stream.end('<html>not here');
    };
    expect(await create().send(DATA, 5_000)).toMatchObject({
      status: 'failure',
      error: { status: 'UNIMPLEMENTED' },
    });
  });

  it('is absent is tried until the deadline, and found when it comes', async () => {
    const { port } = receiver;
    await receiver.close();
    const transport = create();
    expect(await transport.send(DATA, 500)).toMatchObject({
      status: 'failure',
      error: { status: 'UNAVAILABLE', message: expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`) },
    });
    const sent = transport.send(DATA, 15_000);
    receiver = await startHttp2Receiver(undefined, port);
    expect(await sent).toMatchObject({ status: 'success' });
  });
});

describe('when stopped', () => {
  it('what waits for an answer fails at once, and so does what waits to be tried again', async () => {
    const transport = create();
    receiver.answer = (call) => {
      if (receiver.calls.length === 1) refuseWith(call, codes.UNAVAILABLE);
    };
    const waiting = [transport.send(DATA, 60_000), transport.send(DATA, 60_000)];
    await expect.poll(() => receiver.calls.length).toBe(2);
    stop.abort(new Error('given up'));
    const { millis, result } = await timed(Promise.all(waiting));
    for (const each of result)
      expect(each).toMatchObject({ status: 'failure', error: { message: 'given up' } });
    expect(millis).toBeLessThan(500);
    await expect.poll(() => receiver.sessions[0]?.destroyed).toBe(true);
  });

  it('nothing is sent any more', async () => {
    const transport = create();
    stop.abort(new Error('given up'));
    expect(await transport.send(DATA, 1_000)).toMatchObject({ error: { message: 'given up' } });
    expect(receiver.sessions).toEqual([]);
  });
});
