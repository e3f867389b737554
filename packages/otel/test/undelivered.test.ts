import type { ServerResponse } from 'node:http';
import { meterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelHandle, type OtelOptions, startOtel } from '../src/index.ts';
import { GrpcStatusError } from '../src/otlp-grpc/status.ts';
import { HttpStatusError } from '../src/otlp-http/status.ts';
import { type Fate, fateOf, resendOf } from '../src/undelivered.ts';
import {
  accept,
  hang,
  type JsonPoint,
  type OtlpReceiver,
  receivedMetrics,
  startOtlpReceiver,
} from './otlp-receiver.ts';

let receiver: OtlpReceiver;
let handle: OtelHandle | undefined;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  receiver.answer = accept;
  await handle?.shutdown();
  handle = undefined;
  await receiver.close();
});

function start(options: OtelOptions = {}): OtelHandle {
  handle = startOtel({
    prometheus: false,
    handleSignals: false,
    logLevel: 'none',
    traces: false,
    otlp: { endpoint: receiver.url, protocol: 'http/json', temporality: 'delta', timeout: 300 },
    ...options,
  });
  return handle;
}

/** Each test its own name, since accumulators live as long as the process. */
let names = 0;
function createCounter() {
  const name = `undelivered.${names++}`;
  return { name, counter: meterProvider.getMeter('undelivered').createCounter(name) };
}

const numberOf = (point: JsonPoint | undefined): number => Number(point?.asDouble ?? point?.asInt);

function points(name: string): (JsonPoint | undefined)[] {
  return receivedMetrics(receiver, name).map(({ sum }) => sum?.dataPoints[0]);
}

function faults(): number {
  return meterProvider
    .snapshot()
    .filter(({ name }) => name === 'instrument.faults')
    .reduce((sum, { value }) => sum + value, 0);
}

/** Pushes once to each of the answers, an order each time; returns what each push held. */
async function pushes(...answers: ((response: ServerResponse) => void)[]): Promise<number[]> {
  const { flush } = start();
  const { name, counter } = createCounter();
  for (const answer of answers) {
    receiver.answer = answer;
    counter.add(1);
    await flush();
  }
  return points(name).map(numberOf);
}

const answerWith =
  (status: number) =>
  (response: ServerResponse): void =>
    void response.writeHead(status).end();

describe('an interval of deltas whose push', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['is not answered', hang],
    ['ends with a closed connection', (response) => response.destroy()],
    ['is answered 503', answerWith(503)],
    ['is answered 429', answerWith(429)],
    ['is answered 401', answerWith(401)],
    ['is answered 404', answerWith(404)],
    ['is answered 500', answerWith(500)],
  ])('%s comes with the next one, and only once', async (_, answer) => {
    expect(await pushes(answer, answer, accept, accept)).toEqual([1, 2, 3, 1]);
  });

  it.each([400, 413, 422])('is refused with %d is not sent again, and is counted', async (status) => {
    const before = faults();
    expect(await pushes(answerWith(status), accept)).toEqual([1, 1]);
    expect(faults()).toBe(before + 1);
  });

  it('has no time left for an answer is not tried again, and comes with the next one', async () => {
    const { flush } = start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', temporality: 'delta', timeout: 1_090 },
    });
    const { name, counter } = createCounter();
    const isLate = (response: ServerResponse): void =>
      void setTimeout(() => response.destroyed || accept(response), 300);
    receiver.answer = (response) => {
      receiver.answer = isLate;
      response.writeHead(429, { 'retry-after': '1' }).end();
    };
    counter.add(1);
    await flush();
    // What is late arrives all the same.
    await flush();
    await flush();
    expect(points(name).map(numberOf)).toEqual([1, 1]);
  });

  it('is taken in part is not sent again; what was rejected is a fault', async () => {
    const partial = (response: ServerResponse): void =>
      void response.end(JSON.stringify({ partialSuccess: { rejectedDataPoints: '1', errorMessage: 'one' } }));
    const before = faults();
    expect(await pushes(partial, accept)).toEqual([1, 1]);
    expect(faults()).toBe(before + 1);
  });

  it('is taken with a remark is no fault', async () => {
    const remark = (response: ServerResponse): void =>
      void response.end(JSON.stringify({ partialSuccess: { errorMessage: 'such long names' } }));
    const before = faults();
    expect(await pushes(remark, accept)).toEqual([1, 1]);
    expect(faults()).toBe(before);
  });

  it('is answered 500 three times in a row is given up, so that later ones get through', async () => {
    const broken = answerWith(500);
    expect(await pushes(broken, broken, broken, accept)).toEqual([1, 2, 3, 1]);
  });

  it('fails is a part of the next one, which begins where it began', async () => {
    const { flush } = start();
    const { name, counter } = createCounter();
    counter.add(1);
    await flush();
    receiver.answer = answerWith(503);
    counter.add(2);
    await flush();
    const then = Date.now();
    receiver.answer = accept;
    counter.add(4);
    // Intervals are told in milliseconds.
    await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(then);
    await flush();
    const [first, failed, merged] = points(name);
    expect([first, failed, merged].map(numberOf)).toEqual([1, 2, 6]);
    expect(failed?.startTimeUnixNano).toBe(first?.timeUnixNano);
    expect(merged?.startTimeUnixNano).toBe(first?.timeUnixNano);
    expect(BigInt(merged?.timeUnixNano ?? 0)).toBeGreaterThan(BigInt(failed?.timeUnixNano ?? 0));
  });

  it('fails is nothing to /metrics, nor are its totals to it', async () => {
    const { flush, ready, endpoints } = start({ prometheus: { port: 0 } });
    const { name, counter } = createCounter();
    await ready;
    const scraped = async (): Promise<string | undefined> => {
      const text = await (await fetch(endpoints.prometheus ?? '')).text();
      return new RegExp(`^${name.replaceAll('.', '_')}_total\\S* (\\S+)$`, 'm').exec(text)?.[1];
    };
    receiver.answer = answerWith(503);
    counter.add(1);
    await flush();
    expect(await scraped()).toBe('1');
    counter.add(1);
    receiver.answer = accept;
    await flush();
    expect(await scraped()).toBe('2');
    expect(points(name).map(numberOf)).toEqual([1, 2]);
  });

  it('fails comes with the last one, at shutdown', async () => {
    const { flush, shutdown } = start();
    const { name, counter } = createCounter();
    receiver.answer = answerWith(503);
    counter.add(1);
    await flush();
    receiver.answer = accept;
    await shutdown();
    expect(points(name).map(numberOf)).toEqual([1, 1]);
  });

  it('runs out of time of the interval comes with the next one', async () => {
    start({ metrics: { interval: 150 } });
    const { name, counter } = createCounter();
    const held = (): number[] => points(name).map(numberOf);
    receiver.answer = hang;
    counter.add(1);
    await expect.poll(() => held().length, { timeout: 5_000 }).toBeGreaterThan(1);
    receiver.answer = accept;
    const { length } = held();
    await expect.poll(() => held().length, { timeout: 5_000 }).toBeGreaterThan(length);
    // The same in each push until one was delivered, and nothing afterwards.
    expect(new Set(held())).toEqual(new Set([1]));
    counter.add(5);
    await expect.poll(() => held().at(-1), { timeout: 5_000 }).toBe(5);
  });
});

describe('a failed export', () => {
  const each = (codes: number[], fate: Fate) => codes.map((code): [number, Fate] => [code, fate]);
  const withCode = (code: number) => new Error('described', { cause: Object.assign(new Error(), { code }) });

  it.each<[number, Fate]>([
    // HTTP
    ...each([302, 401, 403, 404, 405, 407, 408, 429, 502, 503, 504], 'kept'),
    ...each([400, 409, 411, 413, 415, 422, 431], 'refused'),
    ...each([500, 501, 505], 'doubtful'),
    // gRPC: unavailable, deadline exceeded, unauthenticated; invalid argument; internal, resource exhausted
    ...each([14, 4, 16], 'kept'),
    ...each([3], 'refused'),
    ...each([13, 8], 'doubtful'),
  ])('with status %d: its data is %s', (code, fate) => {
    expect(fateOf(withCode(code))).toBe(fate);
  });

  it('without a status has said nothing about the data', () => {
    expect(fateOf(Object.assign(new Error(), { code: 'ECONNREFUSED' }))).toBe('kept');
    expect(fateOf(undefined)).toBe('kept');
  });
});

describe('an export that failed', () => {
  const described = (cause: Error): Error => new Error('OTLP receiver', { cause });
  const answered = (status: number, retryAfter?: string): Error =>
    new HttpStatusError({ status, message: '', body: '', retryAfter });
  const called = (code: number): Error => new GrpcStatusError({ code, details: '' });

  it.each<[string, Error]>([
    ['for want of a receiver', Object.assign(new Error(), { code: 'ECONNREFUSED' })],
    ['since its connection was closed', Object.assign(new Error(), { code: 'ECONNRESET' })],
    ...[429, 502, 503, 504].map((status): [string, Error] => [`with ${status}`, answered(status)]),
    ...[1, 10, 11, 14, 15].map((code): [string, Error] => [`with status ${code} of gRPC`, called(code)]),
  ])('%s may come again', (_, error) => {
    const resend = resendOf(described(error));
    expect(resend).toBeDefined();
    expect(resend?.waitMillis).toBeUndefined();
  });

  it('comes again when the receiver says', () => {
    expect(resendOf(described(answered(503, '90')))?.waitMillis).toBe(90_000);
  });

  it.each<[string, unknown]>([
    ['since it was not answered', new Error('no answer within 300 ms')],
    ['since gRPC was not answered', called(4)],
    ['over TLS', Object.assign(new Error(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })],
    ...[400, 401, 403, 404, 413, 500].map((status): [string, Error] => [`with ${status}`, answered(status)]),
    ...[2, 3, 7, 8, 12, 13, 16].map((code): [string, Error] => [`with status ${code} of gRPC`, called(code)]),
    ['with nothing', undefined],
  ])('%s does not come again', (_, error) => {
    expect(resendOf(error instanceof Error ? described(error) : error)).toBeUndefined();
  });
});
