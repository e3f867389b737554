import { context, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { MeterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LazyContextManager } from '../../src/context-manager.ts';
import { createSpanList } from '../../src/span-queue/span-batch.ts';
import { SpanQueue, type SpanQueueOptions } from '../../src/span-queue/span-queue.ts';
import { ControlledExporter, settled } from './controlled-exporter.ts';

let exporter: ControlledExporter;
let errors: unknown[];

beforeEach(() => {
  exporter = new ControlledExporter();
  errors = [];
});

afterEach(() => {
  vi.useRealTimers();
  context.disable();
  diag.disable();
});

interface Started {
  readonly queue: SpanQueue<ReadableSpan[]>;
  /** Ends spans of these names. */
  end(...names: string[]): void;
}

function start(
  options: Partial<SpanQueueOptions<ReadableSpan[]>> = {},
  provider: ConstructorParameters<typeof TracerProvider>[0] = {},
): Started {
  // Not those of the next test, should something be late.
  const reported = errors;
  const queue = new SpanQueue({
    exporter,
    createBatch: createSpanList,
    meters: new MeterProvider({}),
    onError: (error) => reported.push(error),
    ...options,
  });
  const tracer = new TracerProvider({ ...provider, spanProcessors: [queue] }).getTracer('test');
  return {
    queue,
    end: (...names) => {
      for (const name of names) tracer.startSpan(name, {}, ROOT_CONTEXT).end();
    },
  };
}

/** Spans that are done with, by the error that they are lost with. */
function processedIn(meters: MeterProvider): [unknown, unknown][] {
  const processed = meters.snapshot().filter(({ name }) => name === 'otel.sdk.processor.span.processed');
  return processed.map(({ attributes, value }) => [attributes['error.type'], value]);
}

describe('a batch', () => {
  it('is exported as soon as it is full, and otherwise after the delay', async () => {
    vi.useFakeTimers();
    const { end } = start({ maxExportBatchSize: 2, scheduledDelayMillis: 100 });
    exporter.answersAtOnce = true;
    end('a', 'b');
    expect(exporter.batches).toEqual([['a', 'b']]);
    await settled();
    end('c');
    await vi.advanceTimersByTimeAsync(99);
    expect(exporter.batches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(exporter.batches).toEqual([['a', 'b'], ['c']]);
  });

  it('waits for the one before it', async () => {
    const { end } = start({ maxExportBatchSize: 2 });
    end('a', 'b', 'c', 'd', 'e');
    expect(exporter.batches).toEqual([['a', 'b']]);
    await exporter.answer();
    expect(exporter.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await exporter.answer();
    // Not full: it waits for the delay.
    expect(exporter.batches).toHaveLength(2);
    expect(exporter.mostAtOnce).toBe(1);
  });

  it('follows one that was not answered in time, which is reported', async () => {
    const { end } = start({ maxExportBatchSize: 1, exportTimeoutMillis: 50 });
    end('a', 'b');
    await expect.poll(() => exporter.batches).toEqual([['a'], ['b']]);
    expect(String(errors[0])).toBe('Error: The export of 1 span took longer than 50 ms');
  });

  it('follows one that failed, which is reported', async () => {
    const { end } = start({ maxExportBatchSize: 1 });
    end('a', 'b');
    await exporter.answer({ code: 1, error: new Error('refused') });
    expect(exporter.batches).toEqual([['a'], ['b']]);
    expect(errors.map(String)).toEqual(['Error: refused']);
  });

  it('follows one whose exporter threw, which is counted and reported', async () => {
    const meters = new MeterProvider({});
    const { end } = start({ maxExportBatchSize: 1, meters });
    const send = exporter.export.bind(exporter);
    exporter.export = () => {
      exporter.export = send;
      throw new RangeError('threw');
    };
    end('a', 'b');
    await settled();
    await exporter.answer();
    expect(exporter.batches).toEqual([['b']]);
    expect(errors.map(String)).toEqual(['RangeError: threw']);
    expect(processedIn(meters)).toEqual([
      ['RangeError', 1],
      [undefined, 1],
    ]);
  });

  it.each([
    ['nothing', undefined, 'undefined', 'Error: The exporter failed to say why'],
    ['a text', 'threw', 'string', 'threw'],
  ])('that an exporter threw %s for is counted and reported', async (_, thrown, type, said) => {
    const meters = new MeterProvider({});
    const { end } = start({ maxExportBatchSize: 1, meters });
    exporter.export = () => {
      throw thrown;
    };
    end('a');
    await settled();
    expect(errors.map(String)).toEqual([said]);
    expect(processedIn(meters)).toEqual([[type, 1]]);
  });

  it('is exported without being traced, and not in the context of the span that filled it', () => {
    context.setGlobalContextManager(new LazyContextManager().enable());
    const { end } = start({ maxExportBatchSize: 1 });
    let inside = ROOT_CONTEXT;
    const send = exporter.export.bind(exporter);
    exporter.export = (...given) => {
      inside = context.active();
      send(...given);
    };
    const spanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
    context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), () => end('a'));
    expect(isTracingSuppressed(inside)).toBe(true);
    expect(trace.getSpanContext(inside)).toBeUndefined();
  });

  it('waits for attributes of its resource that arrive later', async () => {
    let arrive = (_: string): void => {};
    const resource = resourceFromAttributes({
      'host.id': new Promise<string>((resolve) => {
        arrive = resolve;
      }),
    });
    const { end } = start({ maxExportBatchSize: 1 }, { resource });
    end('a');
    await settled();
    expect(exporter.batches).toEqual([]);
    arrive('h1');
    await settled();
    expect(exporter.batches).toEqual([['a']]);
  });

  it('does not keep the process alive while it fills or is on its way', () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const { end } = start({ maxExportBatchSize: 2 });
    end('a', 'b', 'c');
    expect(exporter.onTheirWay).toBe(1);
    expect(timers()).toBe(before);
  });
});

describe('the queue', () => {
  it('takes no more than fits, says how many it dropped, and takes none that is not sampled', async () => {
    const said: string[] = [];
    const logger = {
      verbose() {},
      debug() {},
      info() {},
      error() {},
      warn: (text: string) => void said.push(text),
    };
    diag.setLogger(logger);
    const { end, queue } = start({ maxQueueSize: 3, maxExportBatchSize: 2 });
    // Two are on their way, three wait.
    end('a', 'b', 'c', 'd', 'e', 'f', 'g');
    await exporter.answer();
    end('h');
    expect(said).toEqual(['2 spans were dropped: the queue was full (maxQueueSize 3).']);
    const unsampled = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 };
    queue.onEnd({ spanContext: () => unsampled } as never);
    const flushed = queue.forceFlush();
    await exporter.answerAll();
    await flushed;
    expect(exporter.batches.flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'h']);
  });

  it('goes on with the series of a queue that is gone', async () => {
    const meters = new MeterProvider({});
    const capacities = () => meters.snapshot().filter(({ name }) => name.endsWith('queue.capacity'));
    start({ meters, maxQueueSize: 7, maxExportBatchSize: 7 });
    const other = start({ meters, maxQueueSize: 2, maxExportBatchSize: 2 }).queue;
    const names = capacities().map(({ attributes }) => attributes['otel.component.name']);
    expect(capacities().map(({ value }) => value)).toEqual([7, 2]);
    await other.shutdown();
    for (const capacity of [5, 3]) {
      const { queue } = start({ meters, maxQueueSize: capacity, maxExportBatchSize: 1 });
      expect(capacities().map(({ value }) => value)).toEqual([7, capacity]);
      await queue.shutdown();
      await other.shutdown();
    }
    expect(capacities().map(({ attributes }) => attributes['otel.component.name'])).toEqual(names);
  });

  it('counts and reports a span that cannot be kept, and keeps the others', async () => {
    const meters = new MeterProvider({});
    const list = createSpanList();
    const add = list.add.bind(list);
    list.add = (span) => {
      if (span.name === 'bad') throw new RangeError('cannot be written');
      add(span);
    };
    const { end, queue } = start({ createBatch: () => list, meters });
    exporter.answersAtOnce = true;
    end('a', 'bad', 'b');
    await queue.forceFlush();
    expect(exporter.batches).toEqual([['a', 'b']]);
    expect(errors.map(String)).toEqual(['RangeError: cannot be written']);
    expect(processedIn(meters)).toEqual([
      ['RangeError', 1],
      [undefined, 2],
    ]);
  });

  it('uses a batch again when its export was answered, and not before', async () => {
    let made = 0;
    const batches = (): ReturnType<typeof createSpanList> => {
      made++;
      return createSpanList();
    };
    const { end } = start({ createBatch: batches, maxExportBatchSize: 1 });
    end('a', 'b', 'c');
    // One fills; three wait or are on their way.
    expect(made).toBe(4);
    for (let i = 0; i < 3; i++) await exporter.answer();
    for (let i = 0; i < 20; i++) {
      end(`d${i}`);
      await exporter.answer();
    }
    expect(made).toBeLessThanOrEqual(5);
    expect(exporter.batches.slice(3).flat()).toEqual(Array.from({ length: 20 }, (_, i) => `d${i}`));
  });

  it('does not fill a batch anew that was given up for late and is answered after all', async () => {
    const { end } = start({ maxExportBatchSize: 2, exportTimeoutMillis: 50 });
    end('a', 'b');
    await expect.poll(() => errors).toHaveLength(1);
    end('c', 'd');
    expect(exporter.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await exporter.answer();
    await exporter.answer();
    end('e', 'f');
    expect(exporter.batches.at(-1)).toEqual(['e', 'f']);
  });

  it('exports batches no larger than itself', () => {
    const { end } = start({ maxQueueSize: 2, maxExportBatchSize: 10 });
    end('a', 'b');
    expect(exporter.batches).toEqual([['a', 'b']]);
  });
});

describe('forceFlush()', () => {
  it('exports several batches at once where the exporter can, beside the one on its way, and waits for all', async () => {
    const { end, queue } = start({ maxExportBatchSize: 1, flushConcurrency: 3 });
    end('a', 'b', 'c', 'd', 'e');
    expect(exporter.batches).toEqual([['a']]);
    let isDone = false;
    const flushed = queue.forceFlush().then(() => {
      isDone = true;
    });
    expect(exporter.batches.flat()).toEqual(['a', 'b', 'c']);
    expect(exporter.onTheirWay).toBe(3);
    end('later');
    await exporter.answer();
    await exporter.answer();
    expect(exporter.batches.flat()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(exporter.onTheirWay).toBe(3);
    const drained = (): string[] => queue.drain().flatMap(({ items }) => items.map(({ name }) => name));
    expect(drained()).toEqual(['c', 'd', 'e', 'later']);
    expect(drained()).toEqual([]);
    await exporter.answer();
    await exporter.answer();
    expect(isDone).toBe(false);
    await exporter.answer();
    await flushed;
    expect(exporter.mostAtOnce).toBe(3);
  });

  it('exports all that has ended, one batch at a time, after the one on its way', async () => {
    const { end, queue } = start({ maxExportBatchSize: 2 });
    end('a', 'b', 'c', 'd', 'e');
    let isDone = false;
    const flushed = queue.forceFlush().then(() => {
      isDone = true;
    });
    await exporter.answer();
    await exporter.answer();
    expect(exporter.batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(isDone).toBe(false);
    await exporter.answer();
    await flushed;
    expect(exporter.mostAtOnce).toBe(1);
  });

  it('does not wait for spans that end later', async () => {
    const { end, queue } = start({ maxExportBatchSize: 1 });
    end('a');
    const flushed = queue.forceFlush();
    end('b', 'c');
    await exporter.answer();
    await flushed;
    expect(exporter.onTheirWay).toBe(1);
  });

  it('rejects with the first failure, after everything else was tried', async () => {
    const { end, queue } = start({ maxExportBatchSize: 10 });
    end('a');
    const flushed = queue.forceFlush();
    const failed = expect(flushed).rejects.toThrow('refused');
    await exporter.answer({ code: 1, error: new Error('refused') });
    await failed;
    expect(errors).toEqual([]);
  });

  it('ends at once when there is nothing to export', async () => {
    await start().queue.forceFlush();
    expect(exporter.batches).toEqual([]);
  });
});

/** An export that is to come again, when the receiver asked for it if it did. */
class AwayError extends Error {
  readonly waitMillis: number | undefined;

  constructor(waitMillis?: number) {
    super('away');
    this.waitMillis = waitMillis;
  }
}

const AWAY = { code: 1, error: new AwayError() };

describe('spans that a receiver was not there for', () => {
  const startKeeping = (options: Partial<SpanQueueOptions<ReadableSpan[]>> = {}): Started =>
    start({ resend: (error) => (error instanceof AwayError ? error : undefined), ...options });

  it('come again after a pause, and count once, as delivered', async () => {
    vi.useFakeTimers();
    const meters = new MeterProvider({});
    const { end } = startKeeping({ maxExportBatchSize: 2, meters });
    end('a', 'b', 'c', 'd');
    await exporter.answer(AWAY);
    end('e', 'f');
    await vi.advanceTimersByTimeAsync(4_999);
    expect(exporter.batches).toEqual([['a', 'b']]);
    expect(processedIn(meters)).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await exporter.answerAll();
    expect(exporter.batches.slice(1)).toEqual([
      ['c', 'd'],
      ['a', 'b'],
      ['e', 'f'],
    ]);
    expect(processedIn(meters)).toEqual([[undefined, 6]]);
    expect(errors.map(String)).toEqual(['Error: away']);
  });

  it('come again when the receiver has asked for it', async () => {
    vi.useFakeTimers();
    const { end } = startKeeping({ maxExportBatchSize: 1 });
    end('a');
    await exporter.answer({ code: 1, error: new AwayError(60_000) });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(exporter.batches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(exporter.batches).toEqual([['a'], ['a']]);
  });

  it('come at once when somebody flushes, who learns of it when they fail again', async () => {
    const { end, queue } = startKeeping({ maxExportBatchSize: 1 });
    end('a');
    await exporter.answer(AWAY);
    const failed = expect(queue.forceFlush()).rejects.toThrow('away');
    await exporter.answer(AWAY);
    await failed;
    const flushed = queue.forceFlush();
    await exporter.answer();
    await flushed;
    expect(exporter.batches).toEqual([['a'], ['a'], ['a']]);
  });

  it('come when an export that was on its way is taken: the receiver is back', async () => {
    const { end, queue } = startKeeping({ maxExportBatchSize: 1, flushConcurrency: 2 });
    end('a', 'b');
    const flushed = queue.forceFlush();
    // The older one fails, and the younger one is taken.
    await exporter.answer(AWAY);
    await exporter.answer();
    expect(exporter.batches).toEqual([['a'], ['b'], ['a']]);
    await exporter.answer();
    await flushed.catch(() => {});
    expect(exporter.onTheirWay).toBe(0);
  });

  it('are lost, and counted, where the queue has no room for them', async () => {
    const meters = new MeterProvider({});
    const { end, queue } = startKeeping({ maxQueueSize: 3, maxExportBatchSize: 2, meters });
    end('a', 'b', 'c', 'd');
    await exporter.answer(AWAY);
    expect(processedIn(meters)).toEqual([['Error', 2]]);
    const flushed = queue.forceFlush();
    await exporter.answerAll();
    await flushed;
    expect(exporter.batches.slice(1)).toEqual([['c', 'd']]);
  });

  it('wait in few batches, however often somebody flushes', async () => {
    const { end, queue } = startKeeping({ maxExportBatchSize: 10 });
    const names = Array.from({ length: 25 }, (_, i) => `s${i}`);
    for (const name of names) {
      end(name);
      const failed = expect(queue.forceFlush()).rejects.toThrow('away');
      while (exporter.onTheirWay > 0) await exporter.answer(AWAY);
      await failed;
    }
    const sizes = queue.drain().map(({ size }) => size);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(25);
    expect(sizes.length).toBeLessThanOrEqual(5);
  });

  it('are sent until they are delivered when it shuts down', async () => {
    const { end, queue } = startKeeping();
    end('a');
    const stopped = queue.shutdown();
    await exporter.answer(AWAY);
    await expect.poll(() => exporter.onTheirWay).toBe(1);
    await exporter.answer();
    await stopped;
    expect(exporter.batches).toEqual([['a'], ['a']]);
    expect(exporter.isShutDown).toBe(true);
  });

  it('are lost, and counted, when it is shut down and stopped meanwhile', async () => {
    const meters = new MeterProvider({});
    const stop = new AbortController();
    const { end, queue } = startKeeping({ stop: stop.signal, meters });
    end('a');
    const failed = expect(queue.shutdown()).rejects.toThrow('away');
    // Longer than any test.
    await exporter.answer({ code: 1, error: new AwayError(3_600_000) });
    stop.abort(new Error('too late'));
    await expect.poll(() => exporter.onTheirWay).toBe(1);
    await exporter.answer(AWAY);
    await failed;
    expect(processedIn(meters)).toEqual([['Error', 1]]);
  });

  it('are handed out when the process ends', async () => {
    vi.useFakeTimers();
    const { end, queue } = startKeeping({ maxExportBatchSize: 2 });
    end('a', 'b', 'c');
    await exporter.answer(AWAY);
    const names = queue.drain().flatMap(({ items }) => items.map(({ name }) => name));
    expect(names.sort()).toEqual(['a', 'b', 'c']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(exporter.batches).toEqual([['a', 'b']]);
  });
});

describe('shutdown()', () => {
  it('exports what is left, stops the exporter and takes no more', async () => {
    const { end, queue } = start();
    end('a');
    const stopped = queue.shutdown();
    end('b');
    await exporter.answer();
    await stopped;
    end('c');
    await queue.forceFlush();
    await queue.shutdown();
    expect(exporter.batches).toEqual([['a']]);
    expect(exporter.isShutDown).toBe(true);
  });

  it('stops the exporter when the last export failed, too', async () => {
    const { end, queue } = start();
    end('a');
    const failed = expect(queue.shutdown()).rejects.toThrow('refused');
    await exporter.answer({ code: 1, error: new Error('refused') });
    await failed;
    expect(exporter.isShutDown).toBe(true);
  });
});

describe('drain()', () => {
  const namesOf = (queue: SpanQueue<ReadableSpan[]>): string[] =>
    queue.drain().flatMap(({ items }) => items.map(({ name }) => name));

  it('hands out what waits, and what is on its way and not answered', async () => {
    const { end, queue } = start({ maxExportBatchSize: 2 });
    end('a', 'b', 'c', 'd', 'e', 'f', 'g');
    await exporter.answer();
    expect(namesOf(queue)).toEqual(['c', 'd', 'e', 'f', 'g']);
    expect(namesOf(queue)).toEqual([]);
  });

  it('hands out nothing that was answered, or given up', async () => {
    const { end, queue } = start({ maxExportBatchSize: 1, exportTimeoutMillis: 50 });
    end('a', 'b');
    await exporter.answer({ code: 1, error: new Error('refused') });
    await expect.poll(() => errors).toHaveLength(2);
    expect(namesOf(queue)).toEqual([]);
  });

  it('leaves a queue that goes on', async () => {
    const { end, queue } = start({ maxExportBatchSize: 2 });
    end('a', 'b', 'c');
    expect(namesOf(queue)).toEqual(['a', 'b', 'c']);
    end('d');
    const flushed = queue.forceFlush();
    await exporter.answerAll();
    await flushed;
    expect(exporter.batches).toEqual([['a', 'b'], ['d']]);
  });
});
