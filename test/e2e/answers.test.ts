import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import {
  accept,
  type OtlpReceiver,
  type ReceivedRequest,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from '../../packages/otel/test/otlp-receiver.ts';
import { it, type Lab } from './harness/lab.ts';
import { failedSpans, openShop, type Shop, selfMetric } from './harness/shop.ts';

/** Long enough for the last retry of an export. */
const DELIVERY = { timeout: 20_000, interval: 100 };

/** A receiver of ours, since a collector cannot be told to answer badly. */
interface BadReceiver {
  readonly url: string;
  /** What it took, and said so. */
  readonly accepted: OtlpReceiver;
  /** What it answered badly. */
  readonly refused: OtlpReceiver;
  /** When requests came, in milliseconds. */
  readonly times: number[];
  /** From now on it answers well. */
  recover(): void;
}

async function startBadReceiver(lab: Lab, answer: (response: ServerResponse) => void): Promise<BadReceiver> {
  const receiver = await startOtlpReceiver();
  lab.closeAtEnd(() => receiver.close());
  const times: number[] = [];
  const accepted: ReceivedRequest[] = [];
  const refused: ReceivedRequest[] = [];
  let isBad = true;
  receiver.answer = (response) => {
    times.push(performance.now());
    const request = receiver.requests.at(-1);
    if (request !== undefined) (isBad ? refused : accepted).push(request);
    (isBad ? answer : accept)(response);
  };
  return {
    url: receiver.url,
    times,
    accepted: { ...receiver, requests: accepted },
    refused: { ...receiver, requests: refused },
    recover: () => (isBad = false),
  };
}

function open(lab: Lab, endpoint: string, init: Readonly<Record<string, unknown>> = {}): Promise<Shop> {
  return openShop(lab, endpoint, { init: { otlp: { endpoint, protocol: 'http/json' }, ...init } });
}

function orders(receiver: OtlpReceiver): number {
  const point = receivedMetrics(receiver, 'orders').at(-1)?.sum?.dataPoints[0];
  return Number(point?.asDouble ?? point?.asInt ?? 0);
}

const placed = (receiver: OtlpReceiver): string[] =>
  receivedSpans(receiver).flatMap(({ name, spanId }) => (name === 'place' ? [spanId] : []));

async function expectUndisturbed(shop: Shop): Promise<void> {
  expect((await shop.state()).unhandled).toEqual([]);
  expect(await shop.leave()).toBe(0);
}

describe('a receiver that asks to come again', () => {
  it.for([
    { answer: '429 with Retry-After', status: 429, headers: { 'retry-after': '2' }, wait: 1_900 },
    { answer: '503', status: 503, headers: {}, wait: 500 },
  ])(
    'with $answer is sent everything once, when it asked for it',
    async ({ status, headers, wait }, { lab }) => {
      const receiver = await startBadReceiver(lab, (response) => response.writeHead(status, headers).end());
      const shop = await open(lab, receiver.url, { metrics: { interval: 60_000 } });
      await shop.work(20);
      await expect.poll(() => receiver.times.length, DELIVERY).toBe(1);
      receiver.recover();
      await shop.work(20);
      await expect.poll(() => placed(receiver.accepted).length, DELIVERY).toBe(40);
      const [refused = 0, retried = 0] = receiver.times;
      expect(retried - refused).toBeGreaterThan(wait);
      expect(new Set(placed(receiver.accepted)).size).toBe(40);
      await shop.flush();
      expect(orders(receiver.accepted)).toBe(40);
      const state = await shop.state();
      expect(failedSpans(state)).toBe(0);
      await expectUndisturbed(shop);
    },
  );
});

describe('a receiver that refuses', () => {
  it('with 400 is not sent the same again; what is lost is counted, and totals are right later', async ({
    lab,
  }) => {
    const receiver = await startBadReceiver(lab, (response) => response.writeHead(400).end('no'));
    const shop = await open(lab, receiver.url);
    await shop.work(20);
    await shop.flush();
    expect(placed(receiver.refused)).toHaveLength(20);
    receiver.recover();
    await shop.work(20);
    await expect.poll(() => orders(receiver.accepted), DELIVERY).toBe(40);
    await expect.poll(() => placed(receiver.accepted).length, DELIVERY).toBe(20);
    expect(new Set([...placed(receiver.refused), ...placed(receiver.accepted)]).size).toBe(40);
    const state = await shop.state();
    expect(failedSpans(state)).toBe(20);
    expect(selfMetric(state, 'instrument.faults')).toBeGreaterThanOrEqual(2);
    expect(shop.process.stderr).toContain('answered 400');
    await expectUndisturbed(shop);
  });
});

describe('a receiver that takes everything and answers', () => {
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'half a body': (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"partial');
      setTimeout(() => response.destroy(), 50);
    },
    rubbish: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(Buffer.from([0xff, 0x00, 0x7b, 0xfe, 0x22, 0x5d]));
    },
    'a partial success that is wrong': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ partialSuccess: 'all of it' }));
    },
  };

  it.for(Object.entries(answers))('%s is not sent it again', async ([, answer], { lab }) => {
    const receiver = await startBadReceiver(lab, answer);
    const shop = await open(lab, receiver.url);
    await shop.work(20);
    await shop.flush();
    await shop.work(20);
    await shop.flush();
    expect(placed(receiver.refused)).toHaveLength(40);
    expect(new Set(placed(receiver.refused)).size).toBe(40);
    expect(orders(receiver.refused)).toBe(40);
    await expectUndisturbed(shop);
  });
});

describe('a slow receiver', () => {
  /** Answers a byte per second; the whole answer takes this many seconds, far longer than every timeout below. */
  const ANSWER_SECONDS = 12;
  const drip = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(ANSWER_SECONDS) });
    const timer = setInterval(() => response.write(' '), 1_000);
    response.on('close', () => clearInterval(timer));
  };
  const openImpatient = (lab: Lab, endpoint: string): Promise<Shop> =>
    open(lab, endpoint, {
      otlp: { endpoint, protocol: 'http/json', timeout: 1_500 },
      traces: { batch: { scheduledDelay: 100, exportTimeout: 1_500 } },
      shutdownTimeout: 1_000,
    });

  it('that answers a byte per second holds up neither the work nor a flush beyond its deadline', async ({
    lab,
  }) => {
    const receiver = await startBadReceiver(lab, drip);
    const shop = await openImpatient(lab, receiver.url);
    await shop.work(20);
    expect(await shop.flush()).toBeLessThan(2_000);
    expect(await shop.work(1_000)).toBeLessThan(5_000);
    receiver.recover();
    await shop.work(20);
    await expect.poll(() => orders(receiver.accepted), DELIVERY).toBe(1_040);
    const arrived = (): string[] => [...placed(receiver.refused), ...placed(receiver.accepted)];
    await expect.poll(() => new Set(arrived()).size, DELIVERY).toBe(1_040);
    expect(arrived()).toHaveLength(1_040);
    await expectUndisturbed(shop);
  });

  it('does not keep a process that has run out of work beyond the deadline', async ({ lab }) => {
    const receiver = await startBadReceiver(lab, drip);
    const shop = await openImpatient(lab, receiver.url);
    await shop.work(20);
    await shop.flush();
    receiver.recover();
    const left = performance.now();
    expect(await shop.leave()).toBe(0);
    expect(performance.now() - left).toBeLessThan(4_000);
  });
});

describe('a name that is not known', () => {
  it('is reported with the destination, its spans wait for it, and nothing else happens', async ({ lab }) => {
    // RFC 2606: this name never resolves.
    const endpoint = 'http://collector.invalid:4318';
    const shop = await open(lab, endpoint, {
      otlp: { endpoint, timeout: 500 },
      shutdownTimeout: 1_000,
    });
    await shop.work(20);
    expect(await shop.flush()).toBeLessThan(2_000);
    await expect
      .poll(async () => selfMetric(await shop.state(), 'instrument.faults'), DELIVERY)
      .toBeGreaterThan(1);
    const state = await shop.state();
    expect(selfMetric(state, 'orders')).toBe(20);
    expect(failedSpans(state)).toBe(0);
    expect(selfMetric(state, 'otel.sdk.processor.span.queue.size')).toBe(20);
    expect(shop.process.stderr).toContain('collector.invalid');
    await expectUndisturbed(shop);
  });
});
