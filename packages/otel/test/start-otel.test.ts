import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MeterProvider as ApiMeterProvider, createNoopMeter, metrics, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { meterProvider } from '@org/instrument-core';
import { afterEach, describe, expect, it } from 'vitest';
import { type Instrumentation, type OtelHandle, type OtelOptions, startOtel } from '../src/index.ts';
import { receivedMetrics, startOtlpReceiver } from './otlp-receiver.ts';

let handle: OtelHandle | undefined;

afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
});

function start(options: OtelOptions): OtelHandle {
  handle = startOtel({ prometheus: false, handleSignals: false, logLevel: 'none', ...options });
  return handle;
}

function faultsOf(component: string): number {
  const series = meterProvider
    .snapshot()
    .find(({ name, attributes }) => name === 'instrument.faults' && attributes.component === component);
  return series?.value ?? 0;
}

/** An instrumentation of nothing, that remembers what was asked of it and throws where it is told to. */
function createInstrumentation(name: string, broken?: 'enable' | 'disable') {
  const calls: string[] = [];
  const instrumentation: Instrumentation = {
    instrumentationName: name,
    setTracerProvider: () => calls.push('setTracerProvider'),
    setMeterProvider: (provider) => {
      calls.push('setMeterProvider');
      (provider as ApiMeterProvider).getMeter(name).createCounter(`${name}.counter`).add(1);
    },
    enable: () => {
      calls.push('enable');
      if (broken === 'enable') throw new Error('cannot patch');
    },
    disable: () => {
      calls.push('disable');
      if (broken === 'disable') throw new Error('cannot restore');
    },
  };
  return { instrumentation, calls };
}

describe('instrumentations', () => {
  it('are registered with our providers and enabled, lists of them too, and disabled at the end', async () => {
    const one = createInstrumentation('one');
    const two = createInstrumentation('two');
    const { shutdown } = start({ instrumentations: [one.instrumentation, [two.instrumentation]] });
    expect(one.calls).toEqual(['setTracerProvider', 'setMeterProvider', 'enable']);
    expect(meterProvider.snapshot().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['one.counter', 'two.counter']),
    );
    await shutdown();
    expect(two.calls.at(-1)).toBe('disable');
  });

  it('that fail cost nobody else anything, and are counted by name', async () => {
    const broken = createInstrumentation('broken', 'enable');
    const stuck = createInstrumentation('stuck', 'disable');
    const good = createInstrumentation('good');
    const { shutdown } = start({
      instrumentations: [broken.instrumentation, stuck.instrumentation, good.instrumentation],
    });
    expect(faultsOf('broken')).toBe(1);
    expect(good.calls).toContain('enable');
    await expect(shutdown()).resolves.toBeUndefined();
    expect(faultsOf('stuck')).toBe(1);
    expect(good.calls).toContain('disable');
  });
});

describe('the global meter provider', () => {
  it('pushes what is recorded when it is flushed, as instrumentations of functions do after each call', async () => {
    const receiver = await startOtlpReceiver();
    const { shutdown } = start({ otlp: { endpoint: receiver.url, protocol: 'http/json' } });
    const flush = async (): Promise<void> =>
      (metrics.getMeterProvider() as { forceFlush?(): Promise<void> }).forceFlush?.();
    metrics.getMeter('test').createCounter('flushed').add(1);
    await flush();
    expect(receivedMetrics(receiver, 'flushed')).toHaveLength(1);
    await shutdown();
    const before = receiver.requests.length;
    await meterProvider.forceFlush();
    expect(receiver.requests).toHaveLength(before);
    await receiver.close();
  });
});

describe('ready', () => {
  it('comes when the attributes of the resource are known: who reads them from then on sees all', async () => {
    const seen: unknown[] = [];
    const onEnd = ({ resource }: ReadableSpan): void => void seen.push(resource.attributes['host.id']);
    const idle = async (): Promise<void> => {};
    const { ready } = start({
      traces: { processors: [{ onStart() {}, onEnd, forceFlush: idle, shutdown: idle }] },
    });
    await ready;
    trace.getTracer('test').startSpan('first').end();
    expect(seen).toEqual([expect.any(String)]);
  });

  it('does not hold back spans that are exported one by one', async () => {
    const spans = new InMemorySpanExporter();
    const { ready } = start({ traces: { processors: [new SimpleSpanProcessor(spans)] } });
    await ready;
    trace.getTracer('test').startSpan('first').end();
    expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual(['first']);
  });
});

describe('another meter provider', () => {
  it('that was registered first stays, at the end too', async () => {
    const other: ApiMeterProvider = { getMeter: () => createNoopMeter() };
    metrics.setGlobalMeterProvider(other);
    const { shutdown } = start({});
    await shutdown();
    expect(metrics.getMeterProvider()).toBe(other);
    metrics.disable();
  });
});

describe('several exporters at once', () => {
  it('get the same metrics: OTLP, the console and /metrics', async () => {
    const receiver = await startOtlpReceiver();
    const printed: unknown[] = [];
    const { dir } = console;
    console.dir = (value: unknown) => printed.push(value);
    try {
      const { ready, flush, shutdown, endpoints } = start({
        prometheus: { port: 0 },
        console: true,
        otlp: { endpoint: receiver.url, protocol: 'http/json' },
      });
      await ready;
      metrics.getMeter('test').createCounter('everywhere').add(4);
      const text = await (await fetch(endpoints.prometheus ?? '')).text();
      await flush();
      expect(text).toContain('everywhere_total{otel_scope_name="test"} 4');
      expect(receivedMetrics(receiver, 'everywhere')).toHaveLength(1);
      expect(JSON.stringify(printed)).toContain('"everywhere"');
      await shutdown();
    } finally {
      console.dir = dir;
      await receiver.close();
    }
  });
});

describe('shutdown', () => {
  it('is idempotent: each call is the same end', async () => {
    const receiver = await startOtlpReceiver();
    const { shutdown } = start({ otlp: { endpoint: receiver.url } });
    metrics.getMeter('test').createCounter('once').add(1);
    await Promise.all([shutdown(), shutdown()]);
    await shutdown();
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/metrics']);
    await receiver.close();
  });

  it('frees the port', async () => {
    const { ready, shutdown, endpoints } = start({ prometheus: { port: 0 } });
    await ready;
    const url = endpoints.prometheus ?? '';
    await shutdown();
    expect(endpoints.prometheus).toBeUndefined();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('that comes before ready leaves nothing listening', async () => {
    const { ready, shutdown, endpoints } = start({ prometheus: { port: 0 }, shutdownTimeout: 1 });
    await shutdown();
    await ready;
    expect(endpoints.prometheus).toBeUndefined();
  });

  it('ends the wait for a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const before = faultsOf('prometheus');
    const { ready, shutdown, endpoints } = start({ prometheus: { port } });
    await ready;
    expect(faultsOf('prometheus')).toBe(before + 1);
    await shutdown();
    await new Promise((resolve) => taken.close(resolve));
    expect(endpoints.prometheus).toBeUndefined();
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });
});

describe('diagnostics', () => {
  it('are of the level of the latest start', async () => {
    const lines: string[] = [];
    const { write } = process.stderr;
    process.stderr.write = ((line: string) => lines.push(line) > 0) as typeof write;
    const broken = createInstrumentation('said', 'enable').instrumentation;
    try {
      await start({ logLevel: 'error', instrumentations: [broken] }).shutdown();
      expect(lines).toEqual([
        '@org/instrument error: said: enabling the instrumentation failed: cannot patch\n',
      ]);
      const silent = createInstrumentation('unsaid', 'enable').instrumentation;
      await start({ logLevel: 'none', instrumentations: [silent] }).shutdown();
      expect(lines).toHaveLength(1);
    } finally {
      process.stderr.write = write;
    }
  });
});
