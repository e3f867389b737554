import type { ServerResponse } from 'node:http';
import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { meterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelHandle, type OtelOptions, startOtel } from '../../src/index.ts';
import { accept, type OtlpReceiver, startOtlpReceiver } from '../otlp-receiver.ts';
import { type DecodedMetric, decodeMetrics } from './decode-request.ts';

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

function start(otlp: Exclude<OtelOptions['otlp'], boolean | undefined> = {}): OtelHandle {
  handle = startOtel({
    prometheus: false,
    handleSignals: false,
    logLevel: 'none',
    otlp: { endpoint: receiver.url, ...otlp },
  });
  return handle;
}

function received(name: string): DecodedMetric[] {
  return receiver.requests
    .filter(({ path }) => path === '/v1/metrics')
    .flatMap(({ body }) => decodeMetrics(body))
    .filter((metric) => metric.name === name);
}

function values(name: string): (number | undefined)[] {
  return received(name).map(({ sum }) => sum?.dataPoints[0]?.asDouble);
}

/** Each test its own names, since accumulators live as long as the process. */
let names = 0;
function createCounter() {
  const name = `protobuf.${names++}`;
  return { name, counter: meterProvider.getMeter('protobuf').createCounter(name) };
}

describe('metrics over OTLP protobuf', () => {
  it('arrive as the options ask: headers, compression, content type', async () => {
    const { name, counter } = createCounter();
    const { flush } = start({ headers: { 'x-tenant': 'shop' }, compression: 'gzip' });
    counter.add(3, { plan: 'pro' });
    await flush();
    expect(received(name)[0]?.sum).toMatchObject({
      aggregationTemporality: 'CUMULATIVE',
      isMonotonic: true,
      dataPoints: [{ asDouble: 3, attributes: [{ key: 'plan', value: { stringValue: 'pro' } }] }],
    });
    expect(receiver.requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'x-tenant': 'shop',
    });
  });

  it('are totals, or differences when a receiver wants those', async () => {
    const { name, counter } = createCounter();
    const cumulative = start();
    counter.add(3);
    await cumulative.flush();
    counter.add(2);
    await cumulative.flush();
    expect(values(name)).toEqual([3, 5]);
    await cumulative.shutdown();
    receiver.requests.length = 0;
    const delta = start({ temporality: 'delta' });
    await delta.flush();
    counter.add(4);
    await delta.flush();
    expect(values(name)).toEqual([5, 4]);
    expect(received(name)[1]?.sum?.aggregationTemporality).toBe('DELTA');
  });

  it('come again as they were when the receiver was busy, whatever is recorded meanwhile', async () => {
    const { name, counter } = createCounter();
    const { flush } = start({ traces: false });
    let seen = 0;
    receiver.answer = (response: ServerResponse) => {
      if (seen++ > 0) return accept(response);
      counter.add(10);
      response.writeHead(503, { 'retry-after': '1' }).end();
    };
    counter.add(1);
    await flush();
    expect(values(name)).toEqual([1, 1]);
    expect(receiver.requests[1]?.body).toEqual(receiver.requests[0]?.body);
    await flush();
    expect(values(name)).toEqual([1, 1, 11]);
  });

  it('carry exemplars while something takes the spans', async () => {
    const { name, counter } = createCounter();
    const { flush } = start();
    const span = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: '00f067aa0ba902b7',
      traceFlags: TraceFlags.SAMPLED,
    };
    counter.add(1, {}, trace.setSpanContext(ROOT_CONTEXT, span));
    await flush();
    expect(received(name)[0]?.sum?.dataPoints[0]?.exemplars?.[0]).toMatchObject({
      traceId: span.traceId,
      spanId: span.spanId,
      asDouble: 1,
    });
  });

  it("are counted by the exporter's own metrics, point by point", async () => {
    const { counter } = createCounter();
    const { flush } = start({ traces: false });
    for (const plan of ['free', 'pro', 'team']) counter.add(1, { plan });
    await flush();
    const sent = receiver.requests
      .flatMap(({ body }) => decodeMetrics(body))
      .flatMap(({ sum, gauge, histogram, exponentialHistogram }) =>
        [sum, gauge, histogram, exponentialHistogram].flatMap((data) => data?.dataPoints ?? []),
      );
    await flush();
    const exported = received('otel.sdk.exporter.metric_data_point.exported').at(-1)?.sum?.dataPoints ?? [];
    const byThis = exported.filter(({ attributes = [] }) =>
      attributes.some(
        ({ key, value }) => key === 'server.port' && String(value.intValue) === new URL(receiver.url).port,
      ),
    );
    expect(byThis.map(({ asDouble }) => asDouble)).toEqual([sent.length]);
    expect(byThis[0]?.attributes).toContainEqual({
      key: 'otel.component.type',
      value: { stringValue: 'otlp_http_metric_exporter' },
    });
  });
});
