import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type RequestOptions, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Collection } from '@org/instrument-core';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitAnswer, standStill } from '../../../core/test/standstill.ts';
import { CHUNK_BYTES } from '../../src/prometheus/chunks.ts';
import type { Exposition } from '../../src/prometheus/exposition.ts';
import { createMetricsHandler, createPathHandler } from '../../src/prometheus/handler.ts';
import { createScrape } from '../../src/prometheus/scrape.ts';
import { createSerializer, type ExpositionSerializer } from '../../src/prometheus/serializer.ts';
import {
  createMetricsServer,
  type ListeningAddress,
  type MetricsServer,
} from '../../src/prometheus/server.ts';
import { takePool } from '../taken-pool.ts';
import { collection } from './memory-metric.ts';
import { parseExposition } from './parse-exposition.ts';

const SMALL = collection([{ name: 'jobs', series: [{ attributes: { queue: 'a' }, value: 3 }] }]);
/** 16 MB of text: more than the buffers of two sockets hold. */
const LARGE = collection([
  {
    name: 'jobs',
    series: Array.from({ length: 100_000 }, (_, i) => ({
      attributes: { id: `${i}`, pad: 'p'.repeat(100) },
      value: i,
    })),
  },
]);

const servers: MetricsServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

interface Served extends ListeningAddress {
  /** Serializations begun. */
  written(): number;
  /** Requests that have arrived. */
  asked(): number;
  server: MetricsServer;
}

async function serve(
  collect: () => Collection | Promise<Collection>,
  collectTimeoutMillis?: number,
  serializer: ExpositionSerializer = createSerializer(),
): Promise<Served> {
  let written = 0;
  let asked = 0;
  const counting: ExpositionSerializer = {
    ...serializer,
    write: (exposition, format, chunks) => {
      written++;
      return serializer.write(exposition, format, chunks);
    },
  };
  const exposition = async (): Promise<Exposition> => ({ resource: {}, collections: [await collect()] });
  const scrape = createScrape({ collect: exposition, serializer: counting, collectTimeoutMillis });
  const metrics = createMetricsHandler(scrape);
  const handler = createPathHandler('/metrics', (request, response) => {
    asked++;
    metrics(request, response);
  });
  const server = createMetricsServer({ host: '127.0.0.1', port: 0, path: '/metrics', handler });
  servers.push(server);
  return { ...(await server.start()), written: () => written, asked: () => asked, server };
}

/** A serializer that tells of each step before that is sent. */
function telling(tell: (bytes: Buffer) => void): ExpositionSerializer {
  const serializer = createSerializer();
  return {
    ...serializer,
    *write(...given) {
      for (const bytes of serializer.write(...given)) {
        tell(bytes);
        yield bytes;
      }
    },
  };
}

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function fetchAll(url: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Asks for the metrics and reads nothing. */
async function stuckReader(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return socket;
}

/** The body of an answer with `Transfer-Encoding: chunked`. */
function withoutChunkHeads(answer: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = answer.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const end = answer.indexOf('\r\n', at);
    const size = Number.parseInt(answer.toString('latin1', at, end), 16);
    if (size === 0) return Buffer.concat(parts);
    parts.push(answer.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

describe('/metrics over HTTP', () => {
  it('answers in the Prometheus text format by default', async () => {
    const { url } = await serve(() => SMALL);
    const { status, headers, body } = await fetchAll(url);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers.vary).toBe('Accept, Accept-Encoding');
    expect(body.toString()).toContain('jobs_total{queue="a",otel_scope_name="test"} 3\n');
  });

  it('answers in OpenMetrics when asked to', async () => {
    const { url } = await serve(() => SMALL);
    const { headers, body } = await fetchAll(url, {
      headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    });
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(parseExposition(body.toString(), true).families.get('jobs')?.type).toBe('counter');
  });

  it('compresses large bodies, and only those, when the scraper takes it', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const middle = collection([
      {
        name: 'jobs',
        series: Array.from({ length: 1_000 }, (_, i) => ({ attributes: { id: `${i}` }, value: i })),
      },
    ]);
    const [small, medium, large] = await Promise.all(
      [SMALL, middle, LARGE].map(async (state) => {
        const { url } = await serve(() => state);
        return { plain: await fetchAll(url), packed: await fetchAll(url, { headers }) };
      }),
    );
    expect(small!.packed.headers['content-encoding']).toBeUndefined();
    expect(small!.packed.body).toEqual(small!.plain.body);
    for (const { plain, packed } of [medium!, large!]) {
      expect(packed.headers['content-encoding']).toBe('gzip');
      expect(packed.body.length).toBeLessThan(plain.body.length / 5);
      expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    }
  });

  it('compresses while all threads of the pool are taken', async () => {
    const { url } = await serve(() => LARGE);
    const plain = await fetchAll(url);
    takePool();
    const packed = await fetchAll(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
  });

  it('answers HEAD without collecting', async () => {
    let collected = 0;
    const { url } = await serve(() => {
      collected++;
      return SMALL;
    });
    const { status, headers, body } = await fetchAll(url, { method: 'HEAD' });
    expect([status, headers['content-type'], body.length, collected]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      0,
      0,
    ]);
  });

  it('refuses other methods, other paths and URLs that are none', async () => {
    const { url, port } = await serve(() => SMALL);
    const post = await fetchAll(url, { method: 'POST' });
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await fetchAll(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect((await fetchAll(`http://127.0.0.1:${port}/metrics/x`)).status).toBe(404);
    expect((await fetchAll(`http://127.0.0.1:${port}`, { path: '//' })).status).toBe(400);
    expect((await fetchAll(`${url}?name=x`)).status).toBe(200);
  });

  it('answers 500 when the collection fails or takes too long, and goes on', async () => {
    const outcomes = [
      () => Promise.reject(new Error('no\nluck')),
      () => new Promise<never>(() => {}),
      () => SMALL,
    ];
    const { url } = await serve(() => outcomes.shift()!(), 50);
    const failed = await fetchAll(url);
    expect([failed.status, failed.body.toString()]).toEqual([500, '# failed to export metrics: no luck\n']);
    const late = await fetchAll(url);
    expect([late.status, late.body.toString()]).toEqual([500, expect.stringContaining('longer than 50 ms')]);
    expect((await fetchAll(url)).status).toBe(200);
  });

  it('shows what was collected while the event loop stood still, until the time for it was over', async () => {
    const { read, send, close } = await awaitAnswer();
    const { url } = await serve(() => {
      send();
      setImmediate(standStill, 200);
      return read.then(() => SMALL);
    }, 50);
    expect((await fetchAll(url)).status).toBe(200);
    await close();
  });

  it('has no body when the collection throws at once', async () => {
    const scrape = createScrape({
      collect: () => {
        throw new Error('no luck');
      },
      serializer: createSerializer(),
    });
    const { head } = await scrape('prometheus', false);
    await expect(head).rejects.toThrow('no luck');
  });

  it('cuts the connection when writing fails midway, so that no part passes for the whole', async () => {
    const serializer = createSerializer();
    const failing: ExpositionSerializer = {
      ...serializer,
      *write(exposition, format, chunks) {
        let steps = 0;
        for (const bytes of serializer.write(exposition, format, chunks)) {
          if (bytes.length > 0 && ++steps === 5) throw new Error('midway');
          yield bytes;
        }
      },
    };
    const { url } = await serve(() => LARGE, undefined, failing);
    await expect(fetchAll(url)).rejects.toThrow();
    await expect(fetchAll(url, { headers: { 'accept-encoding': 'gzip' } })).rejects.toThrow();
  });
});

describe('many scrapers', () => {
  it('at once share collections and serializations', async () => {
    let collected = 0;
    const { url, written } = await serve(() => {
      collected++;
      return SMALL;
    });
    const answers = await Promise.all(Array.from({ length: 200 }, () => fetchAll(url)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(1);
    expect(written()).toBe(collected);
  });

  it('that come while a collection is slow share the one after it', async () => {
    const gates: (() => void)[] = [];
    const { url, written, asked } = await serve(
      () => new Promise((resolve) => gates.push(() => resolve(SMALL))),
    );
    const first = fetchAll(url);
    await until(() => gates.length === 1);
    const others = Array.from({ length: 100 }, () => fetchAll(url));
    await until(() => asked() === 101);
    gates[0]!();
    await until(() => gates.length === 2);
    gates[1]!();
    await Promise.all([first, ...others]);
    expect(written()).toBe(2);
  });

  it('are not held up by one that does not read, who gets everything in the end', async () => {
    const { url, port, written } = await serve(() => LARGE);
    const stuck = await stuckReader(port);
    await until(() => written() === 1);
    const { body } = await fetchAll(url);
    expect(body.toString().split('\n').length).toBe(LARGE.scopes[0]!.metrics[0]!.size + 6);

    let received = 0;
    let tail = '';
    stuck.on('data', (chunk: Buffer) => {
      received += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-5);
    });
    stuck.resume();
    await until(() => tail === '0\r\n\r\n');
    expect(received).toBeGreaterThan(body.length);
  });

  it('get every byte, the fast, the slow, those of a body written into few buffers, and those beside one that leaves', async () => {
    let gate = Promise.resolve();
    const used = new Set<ArrayBufferLike>();
    const serializer = telling(({ buffer }) => used.add(buffer));
    const whole = serializer.serialize({ resource: {}, collections: [LARGE] }, 'prometheus');
    const { url, port, asked, written } = await serve(
      async () => {
        await gate;
        return LARGE;
      },
      undefined,
      serializer,
    );
    const alone = await fetchAll(url);
    expect(alone.body.equals(whole)).toBe(true);
    expect(used.size).toBeLessThan(whole.length / CHUNK_BYTES / 3);
    const packed = await fetchAll(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(gunzipSync(packed.body).equals(whole)).toBe(true);
    expect(used.size).toBeLessThan((2 * whole.length) / CHUNK_BYTES / 3);

    // All others share the body after the one that is begun first.
    let open!: () => void;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const before = written();
    const first = fetchAll(url);
    await until(() => asked() === 3);
    const stuck = await stuckReader(port);
    const leaving = get(url, { agent: false }, (response) => response.once('data', () => response.destroy()));
    leaving.on('error', () => {});
    const others = [fetchAll(url), fetchAll(url)];
    await until(() => asked() === 7);
    open();
    for (const { body } of await Promise.all([first, ...others])) expect(body.equals(whole)).toBe(true);
    expect(written() - before).toBe(2);
    const received: Buffer[] = [];
    stuck.on('data', (chunk: Buffer) => received.push(chunk));
    stuck.resume();
    await until(() => received.at(-1)?.toString('latin1').endsWith('0\r\n\r\n') === true);
    expect(withoutChunkHeads(Buffer.concat(received)).equals(whole)).toBe(true);
  });

  it('may have a response whose middleware keeps the bytes, and listeners for good', async () => {
    const kept: Buffer[] = [];
    let drains = 0;
    const serializer = createSerializer();
    const whole = serializer.serialize({ resource: {}, collections: [LARGE] }, 'prometheus');
    const metrics = createMetricsHandler(
      createScrape({ collect: async () => ({ resource: {}, collections: [LARGE] }), serializer }),
    );
    const server = createMetricsServer({
      host: '127.0.0.1',
      port: 0,
      path: '/metrics',
      handler: (request, response) => {
        const write = response.write.bind(response);
        response.write = (bytes: Buffer, ...rest: never[]) => {
          kept.push(bytes);
          return write(bytes, ...rest);
        };
        const on = response.on.bind(response);
        const counting = (event: string, listener: () => void): ServerResponse => {
          if (event === 'drain') drains++;
          return on(event, listener);
        };
        Object.assign(response, { on: counting });
        metrics(request, response);
      },
    });
    servers.push(server);
    const { url } = await server.start();
    expect((await fetchAll(url)).body.equals(whole)).toBe(true);
    expect(Buffer.concat(kept).equals(whole)).toBe(true);
    expect(drains).toBe(1);
  });

  it('that do not read are cut off when they are too many', async () => {
    const { port, url, written } = await serve(() => LARGE);
    const closed: number[] = [];
    for (let i = 0; i < 6; i++) {
      const socket = await stuckReader(port);
      socket.once('close', () => closed.push(i));
      await until(() => written() === i + 1);
    }
    // A paused socket learns of its end only when it is read.
    for (const socket of sockets) socket.resume();
    await until(() => closed.includes(0));
    expect((await fetchAll(url)).status).toBe(200);
  });

  it('that go away midway end the writing of what nobody reads', async () => {
    let steps = 0;
    const telltale = telling(() => {
      steps++;
    });
    const { url, written } = await serve(() => LARGE, undefined, telltale);
    const client = get(url, { agent: false }, (response) => response.once('data', () => response.destroy()));
    client.on('error', () => {});
    await once(client, 'close');
    const { body } = await fetchAll(url);
    const whole = [...createSerializer().write({ resource: {}, collections: [LARGE] }, 'prometheus')];
    expect(body.length).toBe(whole.reduce((sum, { length }) => sum + length, 0));
    expect(written()).toBe(2);
    expect(steps).toBeLessThan(whole.length * 2);
  });
});

describe('the server', () => {
  it('says why it cannot listen, and may be started again', async () => {
    const { port } = await serve(() => SMALL);
    const options = { host: '127.0.0.1', path: '/metrics', handler: () => {} };
    const setBy = { host: 'the.host', port: 'the.port' };
    const second = createMetricsServer({ ...options, port, setBy });
    servers.push(second);
    const failed = second.start();
    await expect(failed).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(failed).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another program listens there; choose another port by the.port, `,
    );
    await servers.shift()!.close(0);
    expect((await second.start()).port).toBe(port);
    expect(second.start()).toBe(second.start());
  });

  it('answers 408 to who does not come to the end of a request, and closes the connection', async () => {
    const { url, port } = await serve(() => SMALL);
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect((await fetchAll(url)).status).toBe(200);
  }, 20_000);

  it('ends idle connections at once and active ones after the grace', async () => {
    const { url, port, server, written } = await serve(() => LARGE);
    await fetchAll(url, { agent: undefined, headers: { connection: 'keep-alive' } });
    await stuckReader(port);
    await until(() => written() === 2);
    const begun = performance.now();
    await server.close(100);
    expect(performance.now() - begun).toBeGreaterThan(90);
    await expect(fetchAll(url)).rejects.toThrow('ECONNREFUSED');
    await server.close();
  });
});
