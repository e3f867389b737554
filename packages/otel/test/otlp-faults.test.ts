import type { ServerResponse } from 'node:http';
import { trace } from '@opentelemetry/api';
import { meterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelHandle, type OtelOptions, startOtel } from '../src/index.ts';
import {
  accept,
  hang,
  type OtlpReceiver,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from './otlp-receiver.ts';
import { startForgetfulRouter } from './otlp-transport/forgetful-router.ts';
import { saying } from './saying.ts';

let receiver: OtlpReceiver;
let handle: OtelHandle | undefined;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  await receiver.close();
});

function start(options: OtelOptions = {}): OtelHandle {
  handle = startOtel({
    prometheus: false,
    handleSignals: false,
    logLevel: 'none',
    otlp: { endpoint: receiver.url, protocol: 'http/json', timeout: '3s' },
    ...options,
  });
  return handle;
}

function faults(): number {
  return meterProvider
    .snapshot()
    .filter(({ name }) => name === 'instrument.faults')
    .reduce((sum, { value }) => sum + value, 0);
}

const counter = meterProvider.getMeter('faults').createCounter('faults.work');
let worked = 0;

/** Work of the application: a count and a span. Whatever throws here has reached the caller. */
function work(): void {
  counter.add(1);
  worked++;
  trace.getTracer('faults').startSpan(`work ${worked}`).end();
}

function deliveredCount(): number | undefined {
  const point = receivedMetrics(receiver, 'faults.work').at(-1)?.sum?.dataPoints[0];
  return point?.asDouble ?? Number(point?.asInt);
}

const wantUsLater = (response: ServerResponse): void =>
  void response.writeHead(429, { 'retry-after': '3600' }).end();

const answers: Record<string, (response: ServerResponse) => void> = {
  'answers 500': (response) => response.writeHead(500).end('out of order'),
  'answers 400': (response) => response.writeHead(400).end('{"message":"no"}'),
  'answers 429 and wants us back in an hour': wantUsLater,
  'redirects to nowhere': (response) => response.writeHead(308, { location: '/' }).end(),
};

describe('a receiver that', () => {
  it.each(Object.entries(answers))(
    '%s: a fault is counted, and the next export succeeds',
    async (_, answer) => {
      const { flush } = start();
      receiver.answer = answer;
      const before = faults();
      work();
      await flush();
      expect(faults()).toBeGreaterThanOrEqual(before + 2);
      receiver.requests.length = 0;
      receiver.answer = accept;
      work();
      await flush();
      expect(deliveredCount()).toBe(worked);
      const spans = answer === wantUsLater ? [`work ${worked - 1}`, `work ${worked}`] : [`work ${worked}`];
      expect(receivedSpans(receiver).map(({ name }) => name)).toEqual(spans);
    },
  );

  it('answers 429 with Retry-After: the same data comes after that time, and nothing is lost', async () => {
    const { flush } = start();
    const times: Record<string, number[]> = {};
    receiver.answer = (response, path) => {
      const seen = times[path] ?? [];
      times[path] = [...seen, performance.now()];
      if (seen.length === 0) response.writeHead(429, { 'retry-after': '1' }).end();
      else accept(response);
    };
    const before = faults();
    work();
    await flush();
    expect(faults()).toBe(before);
    expect(deliveredCount()).toBe(worked);
    for (const [first = 0, second = 0] of Object.values(times)) expect(second - first).toBeGreaterThan(950);
    expect(Object.keys(times).sort()).toEqual(['/v1/metrics', '/v1/traces']);
  });

  it('closes the connection: the same data comes again', async () => {
    const { flush } = start();
    let isClosed = false;
    receiver.answer = (response, path) => {
      if (path !== '/v1/metrics' || isClosed) return accept(response);
      isClosed = true;
      response.destroy();
    };
    work();
    await flush();
    expect(isClosed).toBe(true);
    expect(deliveredCount()).toBe(worked);
  });

  it('dies in the middle of its answer: what it took is not a fault', async () => {
    const { flush } = start();
    receiver.answer = (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    };
    const before = faults();
    work();
    await flush();
    expect(faults()).toBe(before);
  });

  it.each([
    ['rubbish', 'application/json', '\u0000<html>not JSON'],
    ['a text', 'text/plain', 'OK'],
    ['the page of a login', 'text/html; charset=utf-8', '<!doctype html><title>Sign in</title>'],
    ['a page that is not read to its end', 'text/html', ' '.repeat(100_000)],
  ])(
    'answers %s and 200: nothing comes again, and a fault names it and what sets its address',
    async (_, type, body) => {
      const endpoint = `${receiver.url}/${body.length}`;
      receiver.answer = (response) => response.writeHead(200, { 'content-type': type }).end(body);
      const before = faults();
      const said = await saying(async () => {
        const { flush } = start({ otlp: { endpoint, protocol: 'http/json' } });
        work();
        await flush();
        work();
        await flush();
      });
      expect(faults()).toBe(before + 4);
      expect(receiver.requests).toHaveLength(4);
      const about = said.filter((line) => line.includes('is no answer of a receiver of OTLP'));
      expect(about).toHaveLength(2);
      for (const line of about) {
        expect(line).toContain(`OTLP receiver ${endpoint}/v1/`);
        expect(line).toContain('The address is set by otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)');
      }
    },
  );

  it('refuses with a reason of its own: that is told', async () => {
    receiver.answer = (response) =>
      response.writeHead(500, { 'content-type': 'text/plain' }).end('invalid temporality\n');
    const said = await saying(async () => {
      const { flush } = start();
      work();
      await flush();
    });
    expect(said.join('\n')).toContain('/v1/metrics answered 500: Internal Server Error: invalid temporality');
  });

  it('wants another encoding than a header says: the body is as our options say', async () => {
    const said = await saying(async () => {
      const { flush } = start({
        otlp: { endpoint: receiver.url, protocol: 'http/json', headers: { 'Content-Encoding': 'gzip' } },
      });
      work();
      await flush();
    });
    expect(receiver.requests[0]?.headers['content-encoding']).toBeUndefined();
    expect(deliveredCount()).toBe(worked);
    expect(said.join('\n')).toContain('the header content-encoding is left out; see otlp.compression');
  });

  it.each([
    ['user:p%25w', 'user:p%w'],
    ['user:p%w', 'user:p%w'],
    ['%C3%A9', 'é:'],
  ])('wants to know who asks: %s@ of its URL is said to it', async (credentials, expected) => {
    const { host } = new URL(receiver.url);
    const { flush } = start({ otlp: { endpoint: `http://${credentials}@${host}`, protocol: 'http/json' } });
    work();
    await flush();
    const { authorization } = receiver.requests[0]?.headers ?? {};
    expect(authorization).toBe(`Basic ${Buffer.from(expected).toString('base64')}`);
    expect(deliveredCount()).toBe(worked);
  });

  it('hangs: the export is given up after its timeout and counted, and the next one succeeds', async () => {
    const { flush } = start({ otlp: { endpoint: receiver.url, protocol: 'http/json', timeout: 200 } });
    receiver.answer = hang;
    const before = faults();
    work();
    await flush();
    expect(faults()).toBeGreaterThanOrEqual(before + 2);
    receiver.answer = accept;
    work();
    await flush();
    expect(deliveredCount()).toBe(worked);
  });

  it('hangs longer than an interval: each push that was given up is counted', async () => {
    start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', traces: false },
      metrics: { interval: 100 },
    });
    receiver.answer = hang;
    const before = faults();
    work();
    await expect.poll(faults, { timeout: 5_000 }).toBeGreaterThan(before + 1);
    receiver.answer = accept;
    await expect.poll(deliveredCount, { timeout: 5_000 }).toBe(worked);
  });

  it('was absent is found by the flush that comes when it is back, and has everything', async () => {
    const port = Number(new URL(receiver.url).port);
    await receiver.close();
    const { flush } = start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', timeout: 60_000 },
      shutdownTimeout: 300,
    });
    work();
    const given = [`work ${worked}`];
    // The pause before the second attempt is longer than both flushes.
    await flush();
    receiver = await startOtlpReceiver(port);
    work();
    given.push(`work ${worked}`);
    const before = faults();
    await flush();
    expect(faults()).toBe(before);
    expect(deliveredCount()).toBe(worked);
    expect(
      receivedSpans(receiver)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(given.sort());
  });

  it('comes back while shutdown() waits is found, though a push has no time for another attempt', async () => {
    const port = Number(new URL(receiver.url).port);
    await receiver.close();
    const { shutdown } = start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', traces: false },
      metrics: { interval: 300 },
    });
    work();
    const stopped = shutdown();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    receiver = await startOtlpReceiver(port);
    await stopped;
    expect(deliveredCount()).toBe(worked);
  });

  it('is behind a router that forgets a connection: one flush delivers everything over another', async () => {
    const router = await startForgetfulRouter(Number(new URL(receiver.url).port));
    try {
      const endpoint = `http://127.0.0.1:${router.port}`;
      const { flush } = start({ otlp: { endpoint, protocol: 'http/json', timeout: 60_000 } });
      work();
      await flush();
      router.forget();
      receiver.requests.length = 0;
      const before = faults();
      work();
      await flush();
      expect(faults()).toBe(before);
      expect(deliveredCount()).toBe(worked);
      expect(receivedSpans(receiver).map(({ name }) => name)).toEqual([`work ${worked}`]);
    } finally {
      await handle?.shutdown();
      await router.close();
    }
  });

  it('is absent: a fault is counted, and the name of the receiver is in the message', async () => {
    const lines: string[] = [];
    const original = process.stderr.write;
    process.stderr.write = ((line: string) => lines.push(line) > 0) as typeof process.stderr.write;
    try {
      await receiver.close();
      const { flush } = start({
        otlp: { endpoint: receiver.url, timeout: 100 },
        logLevel: 'error',
      });
      const before = faults();
      work();
      await flush();
      expect(faults()).toBeGreaterThanOrEqual(before + 2);
    } finally {
      process.stderr.write = original;
    }
    expect(lines.join('')).toContain(
      `OTLP receiver ${receiver.url}/v1/metrics: connect ECONNREFUSED 127.0.0.1`,
    );
    expect(lines.join('')).toContain(
      `OTLP receiver ${receiver.url}/v1/traces: connect ECONNREFUSED 127.0.0.1`,
    );
  });
});
