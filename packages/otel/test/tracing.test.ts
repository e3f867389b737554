import { context, diag, propagation, ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { meterProvider, runtime } from '@org/instrument-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type OtelHandle, type OtelOptions, startOtel, type TracesOptions } from '../src/index.ts';
import { hang, receivedSpans, startOtlpReceiver } from './otlp-receiver.ts';

let handle: OtelHandle | undefined;

afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  diag.disable();
});

/** Sets a logger as an application has it: each error that it is told. */
function listenToErrors(): string[] {
  const said: string[] = [];
  const ignore = (): void => {};
  const error = (message: string): void => void said.push(message);
  diag.setLogger(
    { error, warn: ignore, info: ignore, debug: ignore, verbose: ignore },
    { suppressOverrideMessage: true },
  );
  return said;
}

function start(options: OtelOptions): OtelHandle {
  handle = startOtel({ prometheus: false, handleSignals: false, logLevel: 'none', ...options });
  return handle;
}

/** A processor that keeps the sampled spans that have ended. */
interface SpanList extends SpanProcessor {
  readonly ended: ReadableSpan[];
}

function createSpanList(): SpanList {
  const ended: ReadableSpan[] = [];
  return {
    ended,
    onStart: () => {},
    onEnd: (span) => {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) ended.push(span);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** Starts tracing into memory. */
function startInMemory(traces: TracesOptions): SpanList {
  const spans = createSpanList();
  start({ traces: { ...traces, processors: [spans] } });
  return spans;
}

function parentOf(flags: '00' | '01') {
  return propagation.extract(ROOT_CONTEXT, {
    traceparent: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`,
  });
}

function openSpan(name: string, parent = ROOT_CONTEXT): void {
  trace.getTracer('test').startSpan(name, {}, parent).end();
}

/** How many of 200 root spans, of one below a sampled parent and of one below an unsampled parent are kept. */
function kept(spans: SpanList): { roots: number; sampled: number; unsampled: number } {
  for (let i = 0; i < 200; i++) openSpan('root');
  openSpan('sampled', parentOf('01'));
  openSpan('unsampled', parentOf('00'));
  const count = (name: string) => spans.ended.filter((span) => span.name === name).length;
  return { roots: count('root'), sampled: count('sampled'), unsampled: count('unsampled') };
}

function faultsOf(component: string): number {
  const series = meterProvider
    .snapshot()
    .find(({ name, attributes }) => name === 'instrument.faults' && attributes.component === component);
  return series?.value ?? 0;
}

describe('the sampler', () => {
  it.each([
    ['always_on', { roots: 200, sampled: 1, unsampled: 1 }],
    ['always_off', { roots: 0, sampled: 0, unsampled: 0 }],
    ['parentbased_always_on', { roots: 200, sampled: 1, unsampled: 0 }],
    ['parentbased_always_off', { roots: 0, sampled: 1, unsampled: 0 }],
  ] as const)('%s decides about roots and about spans below a parent', (sampler, expected) => {
    expect(kept(startInMemory({ sampler }))).toEqual(expected);
  });

  it.each(['traceidratio', 'parentbased_traceidratio'] as const)(
    '%s keeps its share of the traces',
    (sampler) => {
      const { roots } = kept(startInMemory({ sampler, ratio: 0.25 }));
      // Binomial, n = 200, p = 0.25: outside of these bounds once in a million runs.
      expect(roots).toBeGreaterThan(20);
      expect(roots).toBeLessThan(85);
    },
  );

  it('parentbased_traceidratio follows the parent, not the ratio', () => {
    expect(kept(startInMemory({ sampler: 'parentbased_traceidratio', ratio: 0 }))).toEqual({
      roots: 0,
      sampled: 1,
      unsampled: 0,
    });
  });

  it('of the user decides, and knows the name and the kind', () => {
    const seen: unknown[] = [];
    const sampler: Sampler = {
      shouldSample: (_context, _traceId, name, kind) => {
        seen.push([name, kind]);
        return { decision: name === 'kept' ? 2 : 0 };
      },
      toString: () => 'ByName',
    };
    const spans = startInMemory({ sampler });
    trace.getTracer('test').startSpan('kept', { kind: SpanKind.CLIENT }).end();
    openSpan('dropped');
    expect(spans.ended.map(({ name }) => name)).toEqual(['kept']);
    expect(seen).toEqual([
      ['kept', SpanKind.CLIENT],
      ['dropped', SpanKind.INTERNAL],
    ]);
  });

  it('of the user that throws at every span is said once, whatever logger the application has', () => {
    const said = listenToErrors();
    const shouldSample = (): never => {
      throw new Error('always bad');
    };
    startInMemory({ sampler: { shouldSample, toString: () => 'Faulty' } });
    const before = faultsOf('sampler');
    for (let i = 0; i < 3; i++) openSpan('dropped');
    expect(faultsOf('sampler')).toBe(before + 3);
    expect(said).toEqual(['sampler: deciding whether a span is sampled failed: always bad']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('bad sampler');
      },
    ],
    ['answers nothing', () => undefined],
    ['answers null', () => null],
    ['answers with a promise', async () => ({ decision: 2 })],
    ['answers with a word', () => ({ decision: 'RECORD_AND_SAMPLED' })],
    ['decides for a number that there is not', () => ({ decision: 3 })],
  ])('of the user that %s costs the span, not the caller', (_case, shouldSample) => {
    const sampler = { shouldSample, toString: () => 'Faulty' } as Sampler;
    const before = faultsOf('sampler');
    const spans = startInMemory({ sampler });
    openSpan('dropped');
    expect(spans.ended).toEqual([]);
    expect(faultsOf('sampler')).toBe(before + 1);
  });

  it.each([
    ['always_on', false],
    ['always_off', true],
    ['traceidratio', false],
    ['parentbased_always_on', true],
    [new ParentBasedSampler({ root: new AlwaysOnSampler() }), true],
    [
      new ParentBasedSampler({
        root: new AlwaysOffSampler(),
        remoteParentNotSampled: new AlwaysOnSampler(),
      }),
      false,
    ],
  ] as const)(
    '%s tells whether spans below an unsampled parent can be left out (%s)',
    (sampler, expected) => {
      startInMemory({ sampler });
      expect(runtime.tracing).toEqual({ enabled: true, parentBased: expected });
    },
  );
});

describe('span processors of the user', () => {
  it('that throw cost neither the caller nor the other processors anything', async () => {
    const bad = (): never => {
      throw new Error('bad processor');
    };
    const processor: SpanProcessor = {
      onStart: bad,
      onEnding: bad,
      onEnd: bad,
      forceFlush: bad,
      shutdown: bad,
    };
    const spans = createSpanList();
    const before = faultsOf('span_processor');
    const { flush, shutdown } = start({
      traces: { processors: [processor, spans] },
    });
    openSpan('work');
    expect(spans.ended.map(({ name }) => name)).toEqual(['work']);
    expect(faultsOf('span_processor')).toBe(before + 3);
    await expect(flush()).resolves.toBeUndefined();
    await expect(shutdown()).resolves.toBeUndefined();
  });

  it('that throw at every span are said once for each of what they do, whatever logger the application has', () => {
    const said = listenToErrors();
    class Leaky implements SpanProcessor {
      onStart(): void {}
      onEnd(): never {
        throw new Error('no memory');
      }
      forceFlush = () => Promise.resolve();
      shutdown = () => Promise.resolve();
    }
    start({ logLevel: 'error', traces: { processors: [new Leaky()] } });
    const before = faultsOf('span_processor');
    for (let i = 0; i < 3; i++) openSpan('work');
    expect(faultsOf('span_processor')).toBe(before + 3);
    expect(said).toEqual(['span_processor: onEnd() of Leaky failed: no memory']);
  });

  it('that export spans one by one are flushed before they are shut down', async () => {
    const steps: string[] = [];
    const exporter: SpanExporter = {
      export(spans, done) {
        setTimeout(() => {
          steps.push(`exported ${spans.map(({ name }) => name)}`);
          done({ code: 0 });
        }, 50);
      },
      shutdown: async () => void steps.push('shut down'),
    };
    const { shutdown } = start({ traces: { processors: [new SimpleSpanProcessor(exporter)] } });
    openSpan('last');
    await shutdown();
    expect(steps).toEqual(['exported last', 'shut down']);
  });

  it('that cannot be flushed are shut down all the same', async () => {
    let isShutDown = false;
    const { shutdown } = start({
      traces: {
        processors: [
          {
            onStart() {},
            onEnd() {},
            forceFlush: async () => {
              throw new Error('cannot flush');
            },
            shutdown: async () => {
              isShutDown = true;
            },
          },
        ],
      },
    });
    await shutdown();
    expect(isShutDown).toBe(true);
  });

  class Stuck implements SpanProcessor {
    isShutDown = false;
    onStart(): void {}
    onEnd(): void {}
    forceFlush = (): Promise<void> => new Promise(() => {});
    shutdown = async (): Promise<void> => {
      this.isShutDown = true;
    };
  }

  it('that do not end their flush are shut down when half of the time is over', async () => {
    const stuck = new Stuck();
    const { shutdown } = start({ traces: { processors: [stuck] }, shutdownTimeout: 2_000 });
    const began = performance.now();
    await shutdown();
    expect(stuck.isShutDown).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_900);
  });

  it('that do not end their flush are named', async () => {
    const said: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => said.push(String(line)) > 0);
    const { flush } = start({
      traces: { processors: [new Stuck()] },
      shutdownTimeout: 50,
      logLevel: 'warn',
    });
    await flush();
    write.mockRestore();
    expect(said.join('')).toContain(
      'Not everything could be delivered within 50 ms. The span processor Stuck has not ended its flush',
    );
  });
});

describe('the batch processor', () => {
  it('sends after the delay, in batches of the size asked for', async () => {
    const receiver = await startOtlpReceiver();
    start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', metrics: false },
      traces: { batch: { maxExportBatchSize: 3, scheduledDelay: '50ms' } },
    });
    for (let i = 0; i < 7; i++) openSpan(`span ${i}`);
    await expect.poll(() => receivedSpans(receiver).length, { timeout: 5_000 }).toBe(7);
    const sizes = receiver.requests.map((_, i) => {
      return receivedSpans({ ...receiver, requests: receiver.requests.slice(i, i + 1) }).length;
    });
    expect(Math.max(...sizes)).toBe(3);
    await receiver.close();
  });

  it('drops what does not fit into the queue, and counts it', async () => {
    const receiver = await startOtlpReceiver();
    start({
      otlp: { endpoint: receiver.url, protocol: 'http/json', metrics: false },
      traces: { batch: { maxQueueSize: 4, maxExportBatchSize: 4, scheduledDelay: '1h' } },
      shutdownTimeout: 300,
    });
    receiver.answer = hang;
    // Four are on their way to a receiver that hangs, four wait.
    for (let i = 0; i < 10; i++) openSpan(`span ${i}`);
    const dropped = meterProvider
      .snapshot()
      .filter(({ name }) => name === 'otel.sdk.processor.span.processed')
      .find(({ attributes }) => attributes['error.type'] === 'queue_full');
    expect(dropped?.value).toBe(2);
    await receiver.close();
  });
});

describe('tracing', () => {
  it('is off when nothing takes spans, and settings alone do not switch it on', () => {
    start({ traces: { sampler: 'always_on', ratio: 0.5 } });
    expect(runtime.tracing.enabled).toBe(false);
    expect(trace.getTracer('test').startSpan('none').isRecording()).toBe(false);
  });

  it('traces: false switches it off although a receiver is named', () => {
    start({ otlp: { endpoint: 'http://127.0.0.1:9' }, metrics: false, traces: false });
    expect(runtime.tracing.enabled).toBe(false);
  });

  it('ends with shutdown, and starts anew', async () => {
    const first = startInMemory({});
    await handle?.shutdown();
    expect(runtime.tracing.enabled).toBe(false);
    openSpan('between');
    const second = startInMemory({});
    openSpan('again');
    expect(first.ended).toEqual([]);
    expect(second.ended.map(({ name }) => name)).toEqual(['again']);
  });

  it('passes the active span through awaits', async () => {
    const spans = startInMemory({});
    await trace.getTracer('test').startActiveSpan('outer', async (span) => {
      await new Promise((resolve) => setImmediate(resolve));
      openSpan('inner', context.active());
      span.end();
    });
    const [inner, outer] = spans.ended;
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });
});
