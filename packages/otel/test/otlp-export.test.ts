import { context, diag, metrics, trace } from '@opentelemetry/api';
import { meterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelHandle, type OtelOptions, startOtel } from '../src/index.ts';
import {
  type JsonPoint,
  type OtlpReceiver,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from './otlp-receiver.ts';

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

function start(options: OtelOptions): OtelHandle {
  handle = startOtel({ prometheus: false, handleSignals: false, ...options });
  return handle;
}

function numberOf(point: JsonPoint | undefined): number {
  return Number(point?.asDouble ?? point?.asInt);
}

/** Each test its own names, since accumulators live as long as the process. */
let names = 0;
function createCounter() {
  const name = `exported.${names++}`;
  return { name, counter: metrics.getMeter('test').createCounter(name) };
}

function openSpan(name: string): void {
  trace.getTracer('test').startSpan(name, {}, context.active()).end();
}

describe('temporality', () => {
  it('delta: each interval brings what was recorded in it, from where the last one ended', async () => {
    const { flush } = start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', temporality: 'delta' },
    });
    const { name, counter } = createCounter();
    const histogram = metrics.getMeter('test').createHistogram(`${name}.size`);
    const level = metrics.getMeter('test').createUpDownCounter(`${name}.level`);
    counter.add(3);
    histogram.record(10);
    level.add(5);
    await flush();
    counter.add(2);
    histogram.record(20);
    histogram.record(30);
    level.add(-1);
    await flush();
    const [first, second] = receivedMetrics(receiver, name).map(({ sum }) => sum);
    // 1: AGGREGATION_TEMPORALITY_DELTA of metrics.proto; 2: CUMULATIVE
    expect([first?.aggregationTemporality, second?.aggregationTemporality]).toEqual([1, 1]);
    expect([numberOf(first?.dataPoints[0]), numberOf(second?.dataPoints[0])]).toEqual([3, 2]);
    expect(second?.dataPoints[0]?.startTimeUnixNano).toBe(first?.dataPoints[0]?.timeUnixNano);
    const sizes = receivedMetrics(receiver, `${name}.size`).map((metric) => metric.histogram?.dataPoints[0]);
    expect(sizes.map((point) => [Number(point?.count), point?.sum])).toEqual([
      [1, 10],
      [2, 50],
    ]);
    const levels = receivedMetrics(receiver, `${name}.level`).map(({ sum }) => sum);
    expect(levels.map((sum) => sum?.aggregationTemporality)).toEqual([2, 2]);
    expect(levels.map((sum) => numberOf(sum?.dataPoints[0]))).toEqual([5, 4]);
  });

  it('cumulative, the default: each interval brings the total since the start', async () => {
    const { flush } = start({ otlp: { endpoint: receiver.url, protocol: 'http/json' } });
    const { name, counter } = createCounter();
    counter.add(3);
    await flush();
    counter.add(2);
    await flush();
    const sums = receivedMetrics(receiver, name).map(({ sum }) => sum);
    expect(sums.map((sum) => sum?.aggregationTemporality)).toEqual([2, 2]);
    expect(sums.map((sum) => numberOf(sum?.dataPoints[0]))).toEqual([3, 5]);
    expect(new Set(sums.map((sum) => sum?.dataPoints[0]?.startTimeUnixNano)).size).toBe(1);
  });

  it('serves a delta receiver and /metrics from the same instruments', async () => {
    const { flush, ready, endpoints } = start({
      prometheus: { port: 0 },
      otlp: { endpoint: receiver.url, protocol: 'http/json', temporality: 'delta' },
    });
    const { name, counter } = createCounter();
    await ready;
    counter.add(1);
    await flush();
    counter.add(1);
    await flush();
    const text = await (await fetch(endpoints.prometheus ?? '')).text();
    expect(text).toContain(`${name.replaceAll('.', '_')}_total{otel_scope_name="test"} 2`);
    expect(receivedMetrics(receiver, name).map(({ sum }) => numberOf(sum?.dataPoints[0]))).toEqual([1, 1]);
  });
});

describe('histogramAggregation', () => {
  it('sends histograms with buckets that follow the values, exact from the first one, and /metrics keeps those of the instrument', async () => {
    const name = `exported.${names++}`;
    const boundaries = [10, 100];
    // Before the start, and before the reader is there.
    const histogram = meterProvider.getMeter('test').createHistogram(name, {
      advice: { explicitBucketBoundaries: boundaries },
    });
    histogram.record(12);
    const { flush, ready, endpoints } = start({
      prometheus: { port: 0 },
      otlp: {
        endpoint: receiver.url,
        protocol: 'http/json',
        histogramAggregation: 'base2_exponential_bucket_histogram',
      },
    });
    histogram.record(13);
    await ready;
    histogram.record(90);
    await flush();
    const [metric, ...others] = receivedMetrics(receiver, name);
    expect(others).toEqual([]);
    const point = metric?.exponentialHistogram?.dataPoints[0];
    expect(point).toMatchObject({ sum: 115 });
    const { scale, positive } = point!;
    // Bucket i ends at 2^((i + 1) / 2^scale) (data model, "Exponential Buckets").
    const uppers = positive.bucketCounts.flatMap((count, i) =>
      Number(count) === 0 ? [] : [2 ** ((positive.offset + i + 1) / 2 ** scale)],
    );
    const recorded = [12, 13, 90];
    expect(uppers).toHaveLength(recorded.length);
    // 160 buckets from 12 to 90 are at most 2 % wide each.
    for (const [i, value] of recorded.entries()) {
      expect(uppers[i]).toBeGreaterThanOrEqual(value);
      expect(uppers[i]).toBeLessThan(value * 1.02);
    }
    const text = await (await fetch(endpoints.prometheus ?? '')).text();
    const metricName = name.replaceAll('.', '_');
    expect(text).toContain(`${metricName}_bucket{otel_scope_name="test",le="10"} 0`);
    expect(text).toContain(`${metricName}_bucket{otel_scope_name="test",le="100"} 3`);
  });

  it('leaves other instruments and histograms with a view alone', async () => {
    const viewed = `exported.${names++}`;
    const { flush } = start({
      otlp: {
        endpoint: receiver.url,
        protocol: 'http/json',
        histogramAggregation: 'base2_exponential_bucket_histogram',
      },
      metrics: {
        views: [
          {
            instrumentName: viewed,
            aggregation: { type: 'explicit_bucket_histogram', options: { boundaries: [1] } },
          },
        ],
      },
    });
    const { name, counter } = createCounter();
    counter.add(1);
    metrics.getMeter('test').createHistogram(viewed).record(2);
    await flush();
    expect(receivedMetrics(receiver, name)[0]?.sum?.dataPoints).toHaveLength(1);
    expect(receivedMetrics(receiver, viewed)[0]?.histogram?.dataPoints[0]?.count).toEqual(expect.anything());
  });
});

describe('the metric interval', () => {
  it('pushes without being asked', async () => {
    start({ otlp: { endpoint: receiver.url, protocol: 'http/json' }, metrics: { interval: '50ms' } });
    const { name, counter } = createCounter();
    counter.add(1);
    await expect.poll(() => receivedMetrics(receiver, name).length, { timeout: 5_000 }).toBeGreaterThan(2);
  });
});

describe('requests', () => {
  it('are protobuf unless said otherwise', async () => {
    const { flush } = start({ otlp: { endpoint: receiver.url } });
    const { name, counter } = createCounter();
    counter.add(1);
    openSpan('encoded');
    await flush();
    expect(receiver.requests.map(({ headers }) => headers['content-type'])).toEqual([
      'application/x-protobuf',
      'application/x-protobuf',
    ]);
    const bodyOf = (path: string) => receiver.requests.find((request) => request.path === path)?.body;
    // Field 1 (resource_metrics, resource_spans), length-delimited; text stands in protobuf as it is.
    expect(bodyOf('/v1/metrics')?.[0]).toBe(0x0a);
    expect(bodyOf('/v1/metrics')?.includes(name)).toBe(true);
    expect(bodyOf('/v1/traces')?.[0]).toBe(0x0a);
    expect(bodyOf('/v1/traces')?.includes('encoded')).toBe(true);
  });

  it('are compressed and carry headers as asked for, per signal too', async () => {
    const { flush } = start({
      otlp: {
        endpoint: receiver.url,
        protocol: 'http/json',
        compression: 'gzip',
        headers: { authorization: 'Bearer all', 'x-tenant': 'shop' },
        traces: { headers: { authorization: 'Bearer traces' }, compression: 'none' },
      },
    });
    const { name, counter } = createCounter();
    counter.add(1);
    openSpan('compressed');
    await flush();
    const metricsRequest = receiver.requests.find(({ path }) => path === '/v1/metrics');
    const tracesRequest = receiver.requests.find(({ path }) => path === '/v1/traces');
    expect(metricsRequest?.headers).toMatchObject({
      'content-encoding': 'gzip',
      authorization: 'Bearer all',
      'x-tenant': 'shop',
    });
    expect(tracesRequest?.headers).toMatchObject({ authorization: 'Bearer traces', 'x-tenant': 'shop' });
    expect(tracesRequest?.headers['content-encoding']).toBeUndefined();
    expect(receivedMetrics(receiver, name)).toHaveLength(1);
    expect(receivedSpans(receiver)).toHaveLength(1);
  });

  it('go to an endpoint of the signal as it is, and to the others under the base', async () => {
    const other = await startOtlpReceiver();
    const { flush } = start({
      otlp: {
        endpoint: `${receiver.url}/otlp/`,
        traces: { endpoint: `${other.url}/spans?token=1`, protocol: 'http/json' },
      },
    });
    createCounter().counter.add(1);
    openSpan('routed');
    await flush();
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/otlp/v1/metrics']);
    expect(other.requests.map(({ path }) => path)).toEqual(['/spans?token=1']);
    expect(other.requests[0]?.headers['content-type']).toBe('application/json');
    await other.close();
  });

  it('leave out a signal that is switched off', async () => {
    const { flush } = start({ otlp: { endpoint: receiver.url, metrics: false } });
    createCounter().counter.add(1);
    openSpan('alone');
    await flush();
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });
});

describe('flush', () => {
  it('waits for a batch of spans that was on its way already', async () => {
    let isAnswered = false;
    receiver.answer = (response) => {
      setTimeout(() => {
        isAnswered = true;
        response.end('{}');
      }, 300);
    };
    const { flush } = start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', metrics: false },
      traces: { batch: { maxExportBatchSize: 1 } },
    });
    openSpan('under way');
    await expect.poll(() => receiver.requests.length).toBe(1);
    await flush();
    expect(isAnswered).toBe(true);
  });

  it('after shutdown delivers nothing and says nothing', async () => {
    const { flush, shutdown } = start({ otlp: { endpoint: receiver.url } });
    createCounter().counter.add(1);
    await shutdown();
    const { length } = receiver.requests;
    const said: string[] = [];
    const say = (message: string): void => void said.push(message);
    diag.setLogger({ error: say, warn: say, info: say, debug: () => {}, verbose: () => {} });
    said.length = 0;
    await flush();
    diag.disable();
    expect(receiver.requests).toHaveLength(length);
    expect(said).toEqual([]);
  });
});

describe('metrics of exporters about themselves', () => {
  /** Names of the exporters that have series. */
  function exporters(): string[] {
    const own = meterProvider.snapshot().filter(({ name }) => /^otel\.sdk\.exporter\..*exported$/.test(name));
    const here = own.filter(
      ({ attributes }) => attributes['server.port'] === Number(new URL(receiver.url).port),
    );
    return here.map(({ attributes }) => String(attributes['otel.component.name'])).toSorted();
  }

  it.each(['http/protobuf', 'http/json'] as const)(
    'are those of the exporter before, when it is started anew (%s)',
    async (protocol) => {
      const otlp = { endpoint: receiver.url, protocol };
      let first: string[] | undefined;
      for (let round = 0; round < 3; round++) {
        const { shutdown } = start({ otlp });
        createCounter().counter.add(1);
        openSpan('again');
        await shutdown();
        first ??= exporters();
        expect(exporters()).toEqual(first);
      }
      expect(first).toEqual([
        expect.stringMatching(/^otlp_http_metric_exporter\/\d+$/),
        expect.stringMatching(/^otlp_http_span_exporter\/\d+$/),
      ]);
      const spans = meterProvider.snapshot().find(({ name, attributes }) => {
        return name === 'otel.sdk.exporter.span.exported' && attributes['otel.component.name'] === first?.[1];
      });
      expect(spans?.value).toBe(3);
    },
  );
});
