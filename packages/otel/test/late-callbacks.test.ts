import { diag, metrics } from '@opentelemetry/api';
import { MeterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelHandle, type OtelOptions, startOtel } from '../src/index.ts';
import { type OtlpReceiver, receivedMetrics, startOtlpReceiver } from './otlp-receiver.ts';

let receiver: OtlpReceiver;
let handle: OtelHandle | undefined;
let said: string[];
/** Takes the callback that hangs out again. */
let release: (() => void) | undefined;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  said = [];
  const say = (message: string, ...more: unknown[]): void => void said.push([message, ...more].join(' '));
  diag.setLogger({ error: say, warn: say, info: () => {}, debug: () => {}, verbose: () => {} });
});

afterEach(async () => {
  release?.();
  await handle?.shutdown();
  handle = undefined;
  diag.disable();
  await receiver.close();
});

function start(options: OtelOptions): OtelHandle {
  handle = startOtel({ prometheus: false, handleSignals: false, ...options });
  return handle;
}

/** An instrument whose callback never answers; resolves when it is asked. */
function hangingCallback(): Promise<void> {
  return new Promise((asked) => {
    const gauge = metrics.getMeter('test').createObservableGauge('stuck');
    const hang = (): Promise<void> => {
      asked();
      return new Promise<void>(() => {});
    };
    gauge.addCallback(hang);
    release = () => gauge.removeCallback(hang);
  });
}

/** Each test its own name, since accumulators live as long as the process. */
let names = 0;
function count(): string {
  const name = `late.${names++}`;
  metrics.getMeter('test').createCounter(name).add(1);
  return name;
}

describe('one callback that hangs', () => {
  it('leaves time to deliver the rest at the shutdown, and is what is blamed', async () => {
    const { shutdown } = start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', temporality: 'delta' },
      shutdownTimeout: 1_000,
    });
    void hangingCallback();
    const name = count();
    await shutdown();
    expect(receivedMetrics(receiver, name)).toHaveLength(1);
    expect(said).toEqual(['callback: Observing stuck took longer than 250 ms']);
  });

  it('leaves time for the rest in a push', async () => {
    start({
      otlp: { endpoint: receiver.url, protocol: 'http/json' },
      metrics: { interval: 300, timeout: 300 },
    });
    void hangingCallback();
    const name = count();
    await expect.poll(() => receivedMetrics(receiver, name).length, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(said).toContain('callback: Observing stuck took longer than 150 ms');
  });

  it('leaves the rest on /metrics, within the time that Prometheus waits', async () => {
    const { ready, endpoints } = start({ prometheus: { port: 0 } });
    await ready;
    void hangingCallback();
    const name = count();
    // Prometheus' default scrape_timeout is 10 s.
    const response = await fetch(endpoints.prometheus as string, { signal: AbortSignal.timeout(9_000) });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(name.replace('.', '_'));
  }, 15_000);

  it('does not keep the process', async () => {
    const provider = new MeterProvider({});
    provider
      .getMeter('test')
      .createObservableGauge('stuck')
      .addCallback(() => new Promise(() => {}));
    const timers = (): number => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    const before = timers();
    void provider.addCollector().collect({ timeoutMillis: 60_000 });
    expect(timers()).toBe(before);
  });
});
