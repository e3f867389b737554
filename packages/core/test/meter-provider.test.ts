import { describe, expect, test, vi } from 'vitest';
import { type AggregationOptions, type HistogramValue, MeterProvider } from '../src/index.ts';
import { DELTA, histogramOf, metricNames, pointsOf, valuesOf } from './collected.ts';
import { useDiagnostics } from './diagnostics.ts';

const said = useDiagnostics();
const OVERFLOW = { 'otel.metric.overflow': true };

describe('what is recorded before the views are known', () => {
  const boundaries = [1, 2, 4, 8];
  const aggregation: AggregationOptions = { type: 'explicit_bucket_histogram', options: { boundaries } };

  test('is recorded again exactly, up to 1,024 measurements', async () => {
    const provider = new MeterProvider();
    const histogram = provider.getMeter('test').createHistogram('h');
    for (let i = 0; i < 1_024; i++) histogram.record(i % 10, { parity: i % 2 });
    provider.configure({ views: [{ instrumentName: 'h', aggregation, attributes: { allow: [] } }] });
    const expected = new MeterProvider({ views: [{ instrumentName: 'h', aggregation }] });
    const direct = expected.getMeter('test').createHistogram('h');
    for (let i = 0; i < 1_024; i++) direct.record(i % 10);
    expect(await histogramOf(provider.addCollector(), 'h')).toEqual(
      await histogramOf(expected.addCollector(), 'h'),
    );
  });

  test('keeps count, sum, least and greatest value beyond, and buckets by the old upper bounds', async () => {
    const provider = new MeterProvider();
    const histogram = provider.getMeter('test').createHistogram('h');
    for (let i = 0; i < 1_025; i++) histogram.record(3);
    histogram.record(1);
    provider.configure({ views: [{ instrumentName: 'h', aggregation }] });
    const value = await histogramOf(provider.addCollector(), 'h');
    // Both lie in the early bucket up to 5, but none was above 3.
    expect(value).toEqual({
      count: 1_026,
      sum: 3_076,
      min: 1,
      max: 3,
      boundaries,
      counts: [0, 0, 1_026, 0, 0],
    });
  });

  test('is exact beyond for a histogram of the same bounds, a sum and a gauge', async () => {
    const [provider, control] = [new MeterProvider(), new MeterProvider({})];
    for (const { getMeter } of [provider, control].map((p) => ({ getMeter: p.getMeter.bind(p) }))) {
      const meter = getMeter('test');
      const [h, c, g] = [meter.createHistogram('h'), meter.createCounter('c'), meter.createGauge('g')];
      for (let i = 0; i < 2_000; i++) {
        h.record(i * 7, { a: i % 3 });
        c.add(i, { a: i % 3 });
        g.record(i, { a: i % 3 });
      }
    }
    provider.configure({
      views: ['h', 'c', 'g'].map((name) => ({ instrumentName: name, description: 'through a view' })),
    });
    const [ours, theirs] = [provider.addCollector(), control.addCollector()];
    for (const name of ['h', 'c', 'g'])
      expect(await valuesOf(ours, name)).toEqual(await valuesOf(theirs, name));
  });

  test('is approximated beyond by an exponential histogram, within the old buckets', async () => {
    const provider = new MeterProvider();
    const histogram = provider.getMeter('test').createHistogram('h');
    for (let i = 0; i < 2_000; i++) histogram.record(i % 2 === 0 ? 3 : 60);
    provider.configure({ views: [{ instrumentName: 'h', aggregation: { type: 'exponential_histogram' } }] });
    const value = (await pointsOf(provider.addCollector(), 'h'))[0]?.value as HistogramValue;
    expect(value).toMatchObject({ count: 2_000, sum: 63_000, min: 3, max: 60 });
  });

  test('is exact where it is known what a reader will ask for that is attached later', async () => {
    const aggregations = [() => ({ type: 'exponential_histogram' }) as const];
    const provider = new MeterProvider();
    const histogram = provider.getMeter('test').createHistogram('h');
    histogram.record(12);
    provider.configure({ aggregations });
    histogram.record(13);
    const direct = new MeterProvider({});
    const expected = direct.addCollector({ aggregation: aggregations[0] });
    for (const value of [12, 13]) direct.getMeter('test').createHistogram('h').record(value);
    const reader = provider.addCollector({ aggregation: aggregations[0] });
    expect(await valuesOf(reader, 'h')).toEqual(await valuesOf(expected, 'h'));
    expect((await histogramOf(provider.addCollector(), 'h')).count).toBe(2);
  });

  test('is kept as it is where no view applies, for a reader of deltas too', async () => {
    const provider = new MeterProvider();
    const counter = provider.getMeter('test').createCounter('c');
    counter.add(1);
    const early = provider.addCollector(DELTA);
    counter.add(2);
    provider.configure({});
    counter.add(4);
    expect(await valuesOf(early, 'c')).toEqual([[{}, 7]]);
    expect(await valuesOf(provider.addCollector(DELTA), 'c')).toEqual([[{}, 7]]);
  });

  test('is counted once, though a reader had an aggregation of its own', async () => {
    const provider = new MeterProvider();
    const own = provider.addCollector({ aggregation: () => ({ type: 'exponential_histogram' }) });
    provider.getMeter('test').createHistogram('h').record(1);
    provider.configure({ views: [{ instrumentName: 'h', name: 'viewed' }] });
    expect((await histogramOf(own, 'viewed')).count).toBe(1);
  });

  test('overflows into one series, even if the views make it anew', async () => {
    const provider = new MeterProvider();
    const counter = provider.getMeter('test').createCounter('c');
    for (let i = 0; i < 2_010; i++) counter.add(1, { i });
    const views = [{ instrumentName: 'c', aggregationCardinalityLimit: 2_005 }];
    provider.configure({ views });
    for (let i = 2_010; i < 2_030; i++) counter.add(1, { i });
    const values = await valuesOf(provider.addCollector(), 'c');
    expect(values.filter(([attributes]) => 'otel.metric.overflow' in attributes)).toHaveLength(1);
    expect(values.reduce((sum, [, value]) => sum + (value as number), 0)).toBe(2_030);
  });
});

describe('a cardinality limit', () => {
  test.each([Number.NaN, 0, 1.5, -1, Number.POSITIVE_INFINITY])('of %s is refused', (limit) => {
    expect(() => new MeterProvider({ cardinalityLimit: limit })).toThrow(/cardinalityLimit: found/);
    const view = { instrumentName: 'c', aggregationCardinalityLimit: limit };
    expect(() => new MeterProvider({ views: [view] })).toThrow(
      /views\[0\]\.aggregationCardinalityLimit: found/,
    );
  });

  const overflows = async (provider: MeterProvider, metric: string): Promise<unknown> =>
    (await valuesOf(provider.addCollector(), 'instrument.cardinality.overflows')).find(
      ([attributes]) => attributes.metric === metric,
    )?.[1];

  test('sends what is beyond to the overflow series, counts it, and warns once', async () => {
    const provider = new MeterProvider({ cardinalityLimit: 3 });
    const counter = provider.getMeter('test').createCounter('limited.counter');
    for (let i = 0; i < 10; i++) counter.add(1, { i });
    expect(await valuesOf(provider.addCollector(), 'limited.counter')).toEqual([
      [{ i: 0 }, 1],
      [{ i: 1 }, 1],
      [OVERFLOW, 8],
    ]);
    expect(await overflows(provider, 'limited.counter')).toBe(8);
    expect(said.warnings).toEqual([
      expect.stringMatching(/^Metric limited\.counter has reached its cardinality limit of 3 series;/),
    ]);
  });

  test('of 2,000 series is the default, and a view may set another', async () => {
    const provider = new MeterProvider({
      views: [{ instrumentName: 'viewed', aggregationCardinalityLimit: 5, attributes: { deny: ['secret'] } }],
    });
    const meter = provider.getMeter('test');
    const [plain, viewed] = [meter.createCounter('plain'), meter.createCounter('viewed')];
    for (let i = 0; i < 2_100; i++) {
      plain.add(1, { i });
      viewed.add(1, { i, secret: i });
    }
    const reader = provider.addCollector();
    expect((await pointsOf(reader, 'plain')).length).toBe(2_000);
    expect((await pointsOf(reader, 'viewed')).at(-1)?.attributes).toEqual(OVERFLOW);
    expect((await pointsOf(reader, 'viewed')).length).toBe(5);
  });

  test('holds for bound and observed series too', async () => {
    const provider = new MeterProvider({ cardinalityLimit: 2 });
    const meter = provider.getMeter('test');
    for (const a of [1, 2]) meter.createCounter('bound').bind({ a }).add(1);
    meter.createObservableGauge('observed').addCallback((result) => {
      for (const a of [1, 2]) result.observe(a, { a });
    });
    const reader = provider.addCollector();
    for (const name of ['bound', 'observed']) {
      expect((await pointsOf(reader, name)).map(({ attributes }) => attributes)).toEqual([
        { a: 1 },
        OVERFLOW,
      ]);
    }
  });

  test('counts each measurement of a bound series that is beyond', async () => {
    const views = [{ instrumentName: 'limited.bound', aggregationCardinalityLimit: 2 }];
    const provider = new MeterProvider({ views });
    const counter = provider.getMeter('test').createCounter('limited.bound');
    counter.add(1, { a: 1 });
    const bound = counter.bind({ a: 2 });
    for (let i = 0; i < 10; i++) bound.add(1);
    expect(await overflows(provider, 'limited.bound')).toBe(10);
  });

  test.each(['unbound', 'bound'])('that is raised later admits what overflowed before, %s', async (way) => {
    const provider = new MeterProvider({ cardinalityLimit: 2 });
    const counter = provider.getMeter('test').createCounter('c');
    counter.add(1, { a: 1 });
    const bound = counter.bind({ a: 2 });
    const add = (): void => (way === 'bound' ? bound.add(1) : counter.add(1, { a: 2 }));
    add();
    provider.configure({ cardinalityLimit: 10 });
    add();
    expect(await valuesOf(provider.addCollector(), 'c')).toEqual([
      [{ a: 1 }, 1],
      [OVERFLOW, 1],
      [{ a: 2 }, 1],
    ]);
  });
});

test('the streams of other instruments are not gone through for one more under a view', () => {
  const provider = new MeterProvider({ views: [{ instrumentName: '*', attributes: { deny: ['a'] } }] });
  const meter = provider.getMeter('test');
  const goneThrough = vi.spyOn(meter, 'streams');
  for (let i = 0; i < 10; i++) meter.createCounter(`c${i}`);
  expect(goneThrough).not.toHaveBeenCalled();
});

test('a closed reader leaves nothing behind that the others notice', async () => {
  const provider = new MeterProvider({});
  const counter = provider.getMeter('test').createCounter('c');
  const closed = provider.addCollector(DELTA);
  closed.close();
  counter.add(1);
  expect(metricNames(await provider.addCollector().collect())).toEqual(['c']);
});
