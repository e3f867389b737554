import { afterEach, describe, expect, it } from 'vitest';
import {
  type HttpAnswer,
  type HttpReceiver,
  type HttpRequest,
  openHttpReceiver,
} from '../../src/conformance/index.ts';
import type { DeliveryError } from '../../src/delivery-error.ts';
import { FOR_LOGS } from '../../src/selection/selection.ts';
import { type SplunkOptions, splunk } from '../../src/splunk/splunk.ts';
import { CALM, notification } from '../support/notifications.ts';
import { acceptEvents, eventProblems, eventsOf, readHec } from './hec-server.ts';

const TOKEN = 'b0221cd8-c4b4-465a-9a3c-273e3a75aa29';
const servers: HttpReceiver[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function bench(
  options: Partial<SplunkOptions> = {},
  accept: (request: HttpRequest) => HttpAnswer = acceptEvents,
) {
  const server = await openHttpReceiver({
    read: (request) => (request.path.includes('/ack') ? { notifications: [] } : readHec(request)),
    accept,
  });
  servers.push(server);
  return { server, channel: splunk({ url: server.url, token: TOKEN, ...options }) };
}

const says = (status: number, code: number, text: string, more: object = {}): HttpAnswer => ({
  status,
  body: JSON.stringify({ text, code, ...more }),
});
const failed = (promise: unknown): Promise<DeliveryError> =>
  Promise.resolve(promise).then(
    () => Promise.reject(new Error('it was delivered')),
    (error: DeliveryError) => error,
  );

describe('an event', () => {
  it('has its metadata, its fields and all of the notification', async () => {
    const { server, channel } = await bench({ index: 'main', source: 'shop', sourcetype: 'shop:event' });
    const one = notification({ id: 'n-1', traceId: 't', spanId: 's' });
    await channel.deliver([one], CALM);
    const [request] = server.requests();
    expect(request?.headers.authorization).toBe(`Splunk ${TOKEN}`);
    const events = eventsOf(request as HttpRequest);
    expect(events).toEqual([
      {
        time: 1709210096.789,
        host: 'web-1',
        source: 'shop',
        sourcetype: 'shop:event',
        index: 'main',
        event: {
          id: 'n-1',
          event: 'health.status.changed',
          level: 'error',
          severity: 'error',
          phase: 'triggered',
          key: 'health/database',
          message: 'database is unhealthy\nIt was healthy.',
          title: 'database is unhealthy',
          text: 'It was healthy.',
          service: 'checkout',
          version: '1.2.3',
          environment: 'production',
          instance: 'a1',
          trace_id: 't',
          span_id: 's',
          payload: { check: 'database', to: 'unhealthy' },
        },
        fields: {
          event_name: 'health.status.changed',
          severity: 'error',
          phase: 'triggered',
          service: 'checkout',
          environment: 'production',
        },
      },
    ]);
    expect(events.flatMap(eventProblems)).toEqual([]);
  });

  it('is one of several in a request, in order, compressed where that is wanted', async () => {
    const { server, channel } = await bench({ compress: true, host: 'own' });
    const batch = [notification(), notification(), notification()];
    await channel.deliver(batch, CALM);
    expect(server.requests().length).toBe(1);
    expect(server.requests()[0]?.headers['content-encoding']).toBe('gzip');
    const events = eventsOf(server.requests()[0] as HttpRequest);
    expect(events.map(({ event: { id }, host }) => [id, host])).toEqual(batch.map(({ id }) => [id, 'own']));
  });

  it('goes to the path of the address, where it has one', async () => {
    const { server } = await bench();
    const channel = splunk({ url: `${server.url}services/collector/event/1.0`, token: TOKEN });
    await channel.deliver([notification()], CALM);
    expect(server.requests()[0]?.path).toBe('/services/collector/event/1.0');
  });

  it('comes in requests of a megabyte at most', async () => {
    const { server, channel } = await bench();
    const batch = Array.from({ length: 40 }, () => notification({ payload: { text: 'x'.repeat(60_000) } }));
    expect(await channel.deliver(batch, CALM)).toEqual([]);
    expect(server.requests().length).toBe(3);
    for (const { body } of server.requests()) expect(body.length).toBeLessThanOrEqual(1_000_100);
    expect(server.received().length).toBe(40);
  });
});

describe('an answer', () => {
  it.each([
    [403, 1, 'Token disabled', true, 'enable the token'],
    [401, 2, 'Token is required', true, 'set the token'],
    [401, 3, 'Invalid authorization', true, 'set the token'],
    [403, 4, 'Invalid token', true, 'set a token'],
    [400, 5, 'No data', true, ''],
    [400, 6, 'Invalid data format', true, ''],
    [400, 7, 'Incorrect index', true, 'set an index'],
    [500, 8, 'Internal server error', false, ''],
    [503, 9, 'Server is busy', false, ''],
    [400, 10, 'Data channel is missing', true, 'set acknowledge: true'],
    [400, 14, 'ACK is disabled', true, 'switch on'],
    [503, 18, 'HEC is unhealthy, queues are full', false, ''],
    [503, 23, 'Server is shutting down', false, ''],
    // Some proxies make a 200 of everything.
    [200, 9, 'Server is busy', false, ''],
    [200, 4, 'Invalid token', true, ''],
  ])('%i with code %i, %s, is permanent: %s', async (status, code, text, permanent, advice) => {
    const { channel } = await bench({}, () => says(status, code, text));
    const error = await failed(channel.deliver([notification()], CALM));
    expect(error).toMatchObject({ permanent, status });
    expect(error.message).toContain(`${text} (code ${code})`);
    expect(error.message).toContain(advice);
    expect(error.message).not.toContain(TOKEN);
  });

  it.each(['', 'OK', '<html></html>', '[]'])('%j is none of the collector', async (body) => {
    const { channel } = await bench({}, () => ({ status: 200, body }));
    expect(await failed(channel.deliver([notification()], CALM))).toMatchObject({ permanent: false });
  });

  it('that one event is wrong loses none of the others', async () => {
    const { server, channel } = await bench({}, (request) => {
      const at = eventsOf(request).findIndex(({ event: { id } }) => id === 'wrong');
      return at === -1 ? acceptEvents() : says(400, 6, 'Invalid data format', { 'invalid-event-number': at });
    });
    const batch = ['a', 'b', 'wrong', 'c'].map((id) => notification({ id }));
    const rejections = (await channel.deliver(batch, CALM)) ?? [];
    expect(rejections.map(({ id, error: { permanent } }) => [id, permanent])).toEqual([['wrong', true]]);
    const requests = server.requests().map((request) => eventsOf(request).map(({ event: { id } }) => id));
    expect(requests).toEqual([['a', 'b', 'wrong', 'c'], ['a'], ['b'], ['wrong'], ['c']]);
  });

  it('that the token may not write there is not asked for each event', async () => {
    const { server, channel } = await bench({}, () => says(400, 7, 'Incorrect index'));
    expect(await failed(channel.deliver([notification(), notification()], CALM))).toMatchObject({
      permanent: true,
    });
    expect(server.requests().length).toBe(1);
  });
});

describe('acknowledgement', () => {
  /** A collector whose indexer has requests when it is told to. */
  function indexer() {
    const indexed = new Set<number>();
    let last = -1;
    const asked: number[][] = [];
    const accept = ({ path, body, headers }: HttpRequest): HttpAnswer => {
      const channel = headers['x-splunk-request-channel'];
      if (!/^[0-9a-f-]{36}$/.test(String(channel))) return says(400, 10, 'Data channel is missing');
      if (path === '/services/collector/event') return says(200, 0, 'Success', { ackId: ++last });
      if (path !== `/services/collector/ack?channel=${channel}`) return { status: 404 };
      const { acks } = JSON.parse(body.toString()) as { acks: number[] };
      asked.push(acks);
      return {
        status: 200,
        body: JSON.stringify({ acks: Object.fromEntries(acks.map((id) => [id, indexed.has(id)])) }),
      };
    };
    return { accept, indexed, asked };
  }

  it('is waited for', async () => {
    const { accept, indexed, asked } = indexer();
    const { server, channel } = await bench({ acknowledge: true }, accept);
    let isDone = false;
    const delivery = Promise.resolve(channel.deliver([notification()], CALM)).then((rejections) => {
      isDone = true;
      return rejections;
    });
    await expect.poll(() => asked.length).toBeGreaterThan(1);
    expect(isDone).toBe(false);
    indexed.add(0);
    expect(await delivery).toEqual([]);
    expect(server.received().length).toBe(1);
  });

  it('that comes late is asked for again, and nothing is sent twice', async () => {
    const { accept, indexed, asked } = indexer();
    const { server, channel } = await bench({ acknowledge: true }, accept);
    const batch = [notification({ id: 'a' }), notification({ id: 'b' })];
    const controller = new AbortController();
    const delivery = channel.deliver(batch, { signal: controller.signal, attempt: 1 });
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    controller.abort();
    const rejections = (await delivery) ?? [];
    expect(rejections.map(({ id, error: { permanent } }) => [id, permanent])).toEqual([
      ['a', false],
      ['b', false],
    ]);
    indexed.add(0).add(1);
    expect(await channel.deliver([...batch, notification({ id: 'c' })], { ...CALM, attempt: 2 })).toEqual([]);
    expect(server.received().map((text) => text.split(' ')[0])).toEqual(['a', 'b', 'c']);
    // Once it is acknowledged it is forgotten.
    indexed.add(2);
    await channel.deliver([notification({ id: 'a' })], CALM);
    expect(server.received().length).toBe(4);
  });

  it('gives an attempt the time that it takes', () => {
    const url = 'https://splunk.example.com';
    expect(splunk({ url, token: TOKEN, acknowledge: true }).settings?.timeout).toBe('1m');
    expect(splunk({ url, token: TOKEN, acknowledge: true, timeout: '3s' }).settings?.timeout).toBe('3s');
  });
});

describe('options', () => {
  const url = 'https://splunk.example.com:8088';

  it('that are right make a channel for logs', () => {
    expect(splunk({ url, token: TOKEN })).toMatchObject({
      name: 'splunk',
      maxBatch: 500,
      settings: { events: FOR_LOGS.events, batchDelay: '1s' },
    });
  });

  it.each([
    [{}, ['url', 'token']],
    [{ url, token: 'a b' }, ['token']],
    [{ url: `https://me:${TOKEN}@splunk.example.com`, token: TOKEN }, ['url']],
    [
      { url, token: TOKEN, index: '', compress: 1, acknowledge: 'yes', idx: 'x' },
      ['idx', 'acknowledge', 'index', 'compress'],
    ],
  ])('%j is refused', (options, expected) => {
    let error: { message: string; problems: { path: string }[] } | undefined;
    try {
      splunk(options as never);
    } catch (failure) {
      error = failure as never;
    }
    expect(error?.problems.map(({ path }) => path)).toEqual(expected);
    expect(error?.message).not.toContain(TOKEN);
  });
});
