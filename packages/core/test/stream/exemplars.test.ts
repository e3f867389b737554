import { type Context, context, ROOT_CONTEXT, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Collector, EXPONENTIAL_EXEMPLARS, type Exemplar, MeterProvider } from '../../src/index.ts';
import { metricOf } from '../collected.ts';

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

const TRACE = '0af7651916cd43dd8448eb211c80319c';

function within(spanId: string, traceFlags = TraceFlags.SAMPLED): Context {
  const span: SpanContext = { traceId: TRACE, spanId, traceFlags };
  return trace.setSpanContext(ROOT_CONTEXT, span);
}

const [first, second] = [within('1111111111111111'), within('2222222222222222')];

function start(exemplars = true) {
  const provider = new MeterProvider({
    exemplars,
    views: [
      {
        instrumentName: 'h',
        aggregation: { type: 'explicit_bucket_histogram', options: { boundaries: [10] } },
      },
    ],
  });
  const meter = provider.getMeter('test');
  const exemplar = async (reader: Collector, name: string, bucket = 0): Promise<Exemplar | undefined> =>
    metricOf(await reader.collect(), name)?.exemplar(0, bucket);
  return { provider, meter, exemplar, reader: provider.addCollector() };
}

describe('exemplars of an exponential histogram', () => {
  function startExponential() {
    const provider = new MeterProvider({
      exemplars: true,
      views: [{ instrumentName: 'e', aggregation: { type: 'exponential_histogram' } }],
    });
    const reader = provider.addCollector();
    const values = async (): Promise<number[]> => {
      const metric = metricOf(await reader.collect(), 'e');
      const all = Array.from(
        { length: EXPONENTIAL_EXEMPLARS },
        (_, i) => metric?.exemplar(0, i)?.value ?? [],
      );
      return all.flat().sort((a, b) => a - b);
    };
    return { histogram: provider.getMeter('test').createHistogram('e'), values };
  }

  test('are of each power of two among the values: rare large ones have theirs', async () => {
    const { histogram, values } = startExponential();
    for (const value of [0.0011, 0.0012, 0.02, 0.5, 1, 1.5, 3, 600, 601]) histogram.record(value, {}, first);
    histogram.record(2_000, {}, within('3333333333333333', TraceFlags.NONE));
    expect(await values()).toEqual([0.0011, 0.02, 0.5, 1, 3, 600]);
    histogram.record(602, {}, second);
    expect(await values()).toEqual([0.0011, 0.02, 0.5, 1, 3, 602]);
  });

  test('are twenty at most, whatever is recorded', async () => {
    const { histogram, values } = startExponential();
    const recorded = Array.from({ length: 2_000 }, (_, i) => (i % 3 === 0 ? -1 : 1) * 2 ** ((i % 600) - 300));
    for (const value of [0, Number.MAX_VALUE, 5e-324, ...recorded]) histogram.record(value, {}, first);
    expect(await values()).toHaveLength(EXPONENTIAL_EXEMPLARS);
  });
});

describe('an exemplar', () => {
  test('is a measurement taken inside a sampled span', async () => {
    const { meter, exemplar, reader } = start();
    const counter = meter.createCounter('c');
    const before = Date.now();
    context.with(first, () => counter.add(2));
    const kept = await exemplar(reader, 'c');
    expect(kept).toMatchObject({ value: 2, traceId: TRACE, spanId: '1111111111111111' });
    expect(kept?.timestampMillis).toBeGreaterThanOrEqual(before);
    expect(kept?.timestampMillis).toBeLessThanOrEqual(Date.now());
  });

  test('is found across an await', async () => {
    const { meter, exemplar, reader } = start();
    const counter = meter.createCounter('c').bind({});
    await context.with(first, async () => {
      await Promise.resolve();
      counter.add(3);
    });
    expect(await exemplar(reader, 'c')).toMatchObject({ value: 3 });
  });

  test('may be of a context that is handed over', async () => {
    const { meter, exemplar, reader } = start();
    meter.createCounter('c').add(4, {}, second);
    expect(await exemplar(reader, 'c')).toMatchObject({ value: 4, spanId: '2222222222222222' });
  });

  test.each<[string, unknown]>([
    ['attributes', { plan: 'pro' }],
    ['a number, as of forEach(bound.add, bound)', 3],
    ['a text', 'x'],
    ['null', null],
    [
      'a context that throws',
      {
        getValue: () => {
          throw new Error('context');
        },
      },
    ],
  ])('is looked for without harm when %s is given for the context', async (_text, given) => {
    const { meter, exemplar, reader } = start();
    const [counter, bound] = [meter.createCounter('c'), meter.createHistogram('h').bind({})];
    context.with(first, () => {
      counter.add(1, {}, given as Context);
      bound.record(1, given as Context);
    });
    const isThrowing = typeof (given as { getValue?: unknown } | null)?.getValue === 'function';
    const spanId = isThrowing ? undefined : '1111111111111111';
    expect((await exemplar(reader, 'c'))?.spanId).toBe(spanId);
    expect((await exemplar(reader, 'h'))?.spanId).toBe(spanId);
    expect(metricOf(await reader.collect(), 'h')?.count(0)).toBe(1);
  });

  test('is not taken outside of a span, in an unsampled one, or with ids that are not valid', async () => {
    const { meter, exemplar, reader } = start();
    const counter = meter.createCounter('c');
    counter.add(1);
    counter.add(1, {}, within('1111111111111111', TraceFlags.NONE));
    counter.add(1, {}, within('0000000000000000'));
    expect(await exemplar(reader, 'c')).toBeUndefined();
  });

  test('is not taken where exemplars are off, until they are switched on', async () => {
    const { provider, meter, exemplar, reader } = start(false);
    const counter = meter.createCounter('c');
    counter.add(1, {}, first);
    expect(await exemplar(reader, 'c')).toBeUndefined();
    provider.configure({ exemplars: true });
    counter.add(1, {}, first);
    expect(await exemplar(reader, 'c')).toBeDefined();
  });

  test('is kept for each bucket, the first of each round, and the last round remains', async () => {
    const { meter, exemplar, reader } = start();
    const histogram = meter.createHistogram('h');
    histogram.record(1, {}, first);
    histogram.record(2, {}, second);
    histogram.record(20, {}, second);
    histogram.record(Number.NaN, {}, second);
    expect([await exemplar(reader, 'h', 0), await exemplar(reader, 'h', 1)]).toMatchObject([
      { value: 1, spanId: '1111111111111111' },
      { value: 20, spanId: '2222222222222222' },
    ]);
    histogram.record(3, {}, second);
    expect([await exemplar(reader, 'h', 0), await exemplar(reader, 'h', 1)]).toMatchObject([
      { value: 3 },
      { value: 20 },
    ]);
  });

  test('is kept for each series by itself', async () => {
    const { meter, reader } = start();
    const histogram = meter.createHistogram('h');
    histogram.record(1, { a: 1 }, first);
    histogram.record(20, { a: 2 }, second);
    const metric = metricOf(await reader.collect(), 'h');
    expect([metric?.exemplar(0, 0)?.value, metric?.exemplar(0, 1), metric?.exemplar(1, 1)?.value]).toEqual([
      1,
      undefined,
      20,
    ]);
  });
});

describe('recordings outside of a sampled span', () => {
  /** How many recordings inside a span go by before one becomes an exemplar. */
  const skippedAfter = async (outside: number): Promise<number> => {
    const { meter, reader } = start();
    const counter = meter.createUpDownCounter('c');
    for (let i = 0; i < outside; i++) counter.add(0);
    return context.with(first, async () => {
      for (let i = 1; i <= 1_000; i++) counter.add(i);
      return ((metricOf(await reader.collect(), 'c')?.exemplar(0, 0)?.value ?? Number.NaN) as number) - 1;
    });
  };

  test('make the context be looked at ever more rarely, up to every 257th recording', async () => {
    expect(await skippedAfter(0)).toBe(0);
    expect(await skippedAfter(1)).toBe(1);
    expect(await skippedAfter(3)).toBe(3);
    for (const outside of [1_000, 5_000, 20_000])
      expect(await skippedAfter(outside)).toBeLessThanOrEqual(256);
  });

  test('do not hide a context that is handed over', async () => {
    const { meter, exemplar, reader } = start();
    const counter = meter.createCounter('c');
    for (let i = 0; i < 100; i++) counter.add(1);
    counter.add(7, {}, first);
    expect(await exemplar(reader, 'c')).toMatchObject({ value: 7 });
  });
});
