import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { context, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { events, getMeter, init, instrumentFunction, type Telemetry } from '../src/index.ts';

let telemetry: Telemetry | undefined;

afterEach(async () => {
  await telemetry?.shutdown();
  telemetry = undefined;
});

async function scrape(from: Telemetry): Promise<string> {
  await from.ready;
  const response = await fetch(from.endpoints.prometheus ?? '');
  expect(response.status).toBe(200);
  return response.text();
}

/** An OTLP/HTTP receiver that keeps what it is sent. */
async function startReceiver(answer: (path: string) => number = () => 200): Promise<{
  url: string;
  bodies: { path: string; body: string }[];
  close(): void;
}> {
  const bodies: { path: string; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString() });
      const status = answer(request.url ?? '');
      if (status !== 0) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('init', () => {
  it('shows the URLs of its endpoints when they are printed', async () => {
    telemetry = init({ prometheus: { port: 0 } });
    const { endpoints } = telemetry;
    await telemetry.ready;
    expect(inspect(endpoints)).toContain(`prometheus: '${endpoints.prometheus}'`);
    expect(JSON.parse(JSON.stringify(endpoints))).toEqual({ prometheus: endpoints.prometheus });
  });

  it('serves what is recorded, before it was called too', async () => {
    const counter = getMeter('early').createCounter('early.orders', { unit: '{order}' });
    counter.add(2, { plan: 'pro' });
    const bound = counter.bind({ plan: 'free' });
    bound.add(1);
    telemetry = init({ serviceName: 'shop', prometheus: { port: 0 } });
    bound.add(4);
    const text = await scrape(telemetry);
    expect(text).toContain('early_orders_total{plan="pro",otel_scope_name="early"} 2');
    expect(text).toContain('early_orders_total{plan="free",otel_scope_name="early"} 5');
    expect(text).toContain('service_name="shop"');
  });

  it('records instrumented functions under the documented names', async () => {
    const price = instrumentFunction((n: number) => n * 2, {
      name: 'orders.price',
      labels: { tier: 'gold' },
    });
    telemetry = init({ prometheus: { port: 0 } });
    for (let i = 0; i < 3; i++) price(i);
    const text = await scrape(telemetry);
    expect(text).toMatch(
      /orders_price_duration_seconds_count\{[^}]*tier="gold"[^}]*success="true"[^}]*error_type="none"[^}]*\} 3/,
    );
    expect(text).toMatch(/orders_price_calls_total\{[^}]*tier="gold"[^}]*\} 3/);
    expect(text).toMatch(/orders_price_active\{[^}]*\} 0/);
  });

  it('returns the first telemetry when called twice, and starts anew after shutdown', async () => {
    telemetry = init({ prometheus: false });
    expect(init()).toBe(telemetry);
    await telemetry.shutdown();
    const next = init({ prometheus: false });
    expect(next).not.toBe(telemetry);
    telemetry = next;
  });

  it('lists every problem of a wrong configuration in one error', () => {
    const wrong = { prometheus: { port: 99_999 }, serviceNam: 'x', traces: { ratio: 2 } };
    expect(() => init(wrong as never)).toThrow(
      /port[\s\S]*serviceNam[\s\S]*ratio|serviceNam[\s\S]*port[\s\S]*ratio/,
    );
  });

  it('registers the provider for every library that uses the API', async () => {
    telemetry = init({ prometheus: { port: 0 } });
    metrics.getMeter('library', '1.2.3').createHistogram('library.work', { unit: 's' }).record(0.3);
    expect(await scrape(telemetry)).toContain(
      'library_work_seconds_count{otel_scope_name="library",otel_scope_version="1.2.3"} 1',
    );
  });

  it('sends metrics and spans to an OTLP endpoint on flush', async () => {
    const receiver = await startReceiver();
    telemetry = init({
      serviceName: 'shop',
      prometheus: false,
      otlp: { endpoint: receiver.url, protocol: 'http/json' },
    });
    const work = instrumentFunction(async () => 1, { name: 'otlp.work' });
    await work();
    await telemetry.flush();
    const paths = receiver.bodies.map(({ path }) => path).sort();
    expect(paths).toEqual(['/v1/metrics', '/v1/traces']);
    const metricsBody = receiver.bodies.find(({ path }) => path === '/v1/metrics')?.body ?? '';
    expect(metricsBody).toContain('"otlp.work.duration"');
    expect(metricsBody).toContain('"otlp.work.calls"');
    expect(receiver.bodies.find(({ path }) => path === '/v1/traces')?.body).toContain('"otlp.work"');
    await telemetry.shutdown();
    receiver.close();
  });

  it('shuts down within its deadline when the receiver hangs', async () => {
    const receiver = await startReceiver(() => 0);
    telemetry = init({
      prometheus: false,
      otlp: { endpoint: receiver.url },
      shutdownTimeout: 300,
      logLevel: 'none',
    });
    await instrumentFunction(async () => 1, { name: 'hang.work' })();
    const start = performance.now();
    await telemetry.shutdown();
    expect(performance.now() - start).toBeLessThan(2_000);
    receiver.close();
  });

  it('goes on when the port is taken, and listens once it is free', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    telemetry = init({ prometheus: { port }, logLevel: 'none' });
    await telemetry.ready;
    expect(telemetry.endpoints.prometheus).toBeUndefined();
    expect(
      telemetry
        .snapshot()
        .find(({ name, attributes }) => name === 'instrument.faults' && attributes.component === 'prometheus')
        ?.value,
    ).toBeGreaterThan(0);
    taken.close();
    await expect.poll(() => telemetry?.endpoints.prometheus, { timeout: 5_000 }).toBeDefined();
    await scrape(telemetry);
  });

  it('publishes each operation on the event bus in events mode', async () => {
    telemetry = init({ prometheus: false, mode: 'events' });
    const seen: string[] = [];
    const off = events.on('performance.*', (_payload, name) => seen.push(name));
    instrumentFunction(() => 1, { name: 'evented' })();
    off();
    expect(seen).toEqual([
      'performance.phase.start',
      'performance.phase.end',
      'performance.metric.recorded',
      'performance.operation.complete',
    ]);
    expect(telemetry.snapshot().some(({ name }) => name === 'evented.calls')).toBe(true);
  });

  it('passes contexts through in disabled mode, and records nothing', async () => {
    telemetry = init({ mode: 'disabled' });
    instrumentFunction(() => 1, { name: 'silent' })();
    expect(telemetry.snapshot().some(({ name }) => name.startsWith('silent'))).toBe(false);
    expect(telemetry.endpoints.prometheus).toBeUndefined();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const incoming = propagation.extract(ROOT_CONTEXT, { traceparent });
    const outgoing: Record<string, string> = {};
    await context.with(incoming, async () => {
      await Promise.resolve();
      propagation.inject(context.active(), outgoing);
    });
    expect(outgoing.traceparent).toBe(traceparent);
  });

  it('opens no span below an unsampled parent', async () => {
    telemetry = init({ prometheus: false, traces: { enabled: true, sampler: 'parentbased_always_on' } });
    const parent = propagation.extract(ROOT_CONTEXT, {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
    });
    const active = instrumentFunction(() => trace.getSpanContext(context.active())?.spanId, {
      name: 'unsampled',
    });
    expect(context.with(parent, active)).toBe('b7ad6b7169203331');
    expect(active()).toMatch(/^[0-9a-f]{16}$/);
  });

  it('shows quantiles in the snapshot', () => {
    telemetry = init({ prometheus: false });
    const histogram = getMeter('snap').createHistogram('snap.size', {
      advice: { explicitBucketBoundaries: [10, 20, 30] },
    });
    for (let i = 1; i <= 30; i++) histogram.record(i);
    const series = telemetry.snapshot().find(({ name }) => name === 'snap.size');
    expect(series).toMatchObject({ count: 30, sum: 465, min: 1, max: 30, value: 15.5 });
    expect(series?.quantiles?.p50).toBeCloseTo(15, 6);
    expect(series?.quantiles?.p99).toBeCloseTo(29.7, 6);
  });
});
