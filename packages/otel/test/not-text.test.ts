import { metrics } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelHandle, startOtel } from '../src/index.ts';
import { decodeMetrics } from './otlp-metrics/decode-request.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';

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

const any = (value: unknown): never => value as never;

/** Each test its own names, since accumulators live as long as the process. */
let names = 0;

describe('an instrument that says something else where the API asks for text', () => {
  it.each<[string, (name: string) => void]>([
    [
      'a unit',
      (name) =>
        metrics
          .getMeter('app')
          .createHistogram(name, { unit: any(1) })
          .record(1),
    ],
    [
      'a description',
      (name) =>
        metrics
          .getMeter('app')
          .createCounter(name, { description: any(5) })
          .add(1),
    ],
    ['no name of the meter', (name) => metrics.getMeter(any(undefined)).createCounter(name).add(1)],
    ['a number for a meter', (name) => metrics.getMeter(any(5)).createCounter(name).add(1)],
    ['a number for a version', (name) => metrics.getMeter('a', any(5)).createCounter(name).add(1)],
    ['a number for a name', () => metrics.getMeter('app').createCounter(any(5)).add(1)],
  ])('%s: it and all others arrive, and are on /metrics', async (_, record) => {
    handle = startOtel({
      prometheus: { port: 0 },
      otlp: { endpoint: receiver.url, traces: false },
      handleSignals: false,
      logLevel: 'none',
    });
    await handle.ready;
    const [good, odd] = [`good.${names}`, `odd.${names}`];
    names++;
    metrics.getMeter('app').createCounter(good).add(1);
    record(odd);
    await handle.flush();
    const received = receiver.requests.flatMap(({ body }) => decodeMetrics(body)).map(({ name }) => name);
    expect(received).toContain(good);
    expect(received.includes(odd) || received.includes('5')).toBe(true);
    const response = await fetch(handle.endpoints.prometheus as string);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(good.replace('.', '_'));
  });
});
