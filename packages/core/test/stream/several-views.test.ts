import { describe, expect, test } from 'vitest';
import { type Collector, MeterProvider, type MetricPoint, type MetricViewOptions } from '../../src/index.ts';
import { DELTA, histogramOf, metricOf, valuesOf } from '../collected.ts';

/** A total of all attribute sets beside the metric itself. */
const ALL_AND_EACH: MetricViewOptions[] = [
  { instrumentName: 'm', name: 'm.all', attributes: { allow: [] } },
  { instrumentName: 'm' },
];

type Given = Record<string, [attributes: string, value: MetricPoint['value']][]>;

/** What a reader is given of the metrics of a test, by name. */
async function givenTo(reader: Collector): Promise<Given> {
  const { scopes } = await reader.collect();
  const metrics = scopes.filter(({ scope }) => scope.name === 'test').flatMap((scope) => scope.metrics);
  return Object.fromEntries(
    metrics.map((metric) => [
      metric.descriptor.name,
      metric.points().map(({ attributes, value }) => [Object.values(attributes).join(), value]),
    ]),
  );
}

describe.each([
  ['in the same order', ALL_AND_EACH],
  ['in another order', ALL_AND_EACH.toReversed()],
])('several views of one instrument, set anew %s,', (_, again) => {
  test('keep each what it held', async () => {
    const provider = new MeterProvider({ views: ALL_AND_EACH });
    const counter = provider.getMeter('test').createCounter('m');
    counter.add(10, { plan: 'pro' });
    counter.add(5, { plan: 'free' });
    provider.configure({ views: again });
    counter.add(1, { plan: 'pro' });
    expect(await givenTo(provider.addCollector())).toEqual({
      'm.all': [['', 16]],
      m: [
        ['pro', 11],
        ['free', 5],
      ],
    });
  });

  test('give a reader of deltas each what it was not given', async () => {
    const provider = new MeterProvider({ views: ALL_AND_EACH });
    const counter = provider.getMeter('test').createCounter('m');
    const reader = provider.addCollector(DELTA);
    counter.add(10, { plan: 'pro' });
    await reader.collect();
    counter.add(2, { plan: 'pro' });
    const lost = await reader.collect();
    counter.add(1, { plan: 'pro' });
    provider.configure({ views: again });
    reader.restore(lost);
    expect(await givenTo(reader)).toEqual({ 'm.all': [['', 3]], m: [['pro', 3]] });
    expect(await givenTo(reader)).toEqual({});
  });

  test('give it of an observed counter what was added since', async () => {
    const provider = new MeterProvider({ views: ALL_AND_EACH });
    const observed: Record<string, number> = { eth0: 1_000, eth1: 2_000 };
    const counter = provider.getMeter('test').createObservableCounter('m');
    counter.addCallback((result) => {
      for (const [name, value] of Object.entries(observed)) result.observe(value, { name });
    });
    const reader = provider.addCollector(DELTA);
    await reader.collect();
    provider.configure({ views: again });
    observed.eth0 = 1_001;
    expect(await givenTo(reader)).toEqual({
      'm.all': [['', 1]],
      m: [
        ['eth0', 1],
        ['eth1', 0],
      ],
    });
  });
});

test('a histogram keeps its buckets beside the sum of its values', async () => {
  const views: MetricViewOptions[] = [
    { instrumentName: 'm', name: 'm.sum', aggregation: { type: 'sum' } },
    { instrumentName: 'm' },
    {
      instrumentName: 'm',
      name: 'm.few',
      aggregation: { type: 'explicit_bucket_histogram', options: { boundaries: [10] } },
    },
  ];
  const provider = new MeterProvider({ views });
  const histogram = provider.getMeter('test').createHistogram('m');
  for (const value of [1, 7, 30, 400]) histogram.record(value);
  const before = await givenTo(provider.addCollector());
  for (let i = 0; i < 3; i++) provider.configure({ views });
  expect(await givenTo(provider.addCollector())).toEqual(before);
  expect((await histogramOf(provider.addCollector(), 'm')).count).toBe(4);
});

test('a view that keeps other attributes than before has those that another view kept', async () => {
  const provider = new MeterProvider({ views: ALL_AND_EACH });
  const counter = provider.getMeter('test').createCounter('m');
  counter.add(10, { plan: 'pro', region: 'eu' });
  counter.add(5, { plan: 'free', region: 'eu' });
  provider.configure({
    views: [
      { instrumentName: 'm', name: 'm.all', attributes: { allow: ['plan'] } },
      { instrumentName: 'm', attributes: { deny: ['plan'] } },
      { instrumentName: 'm', name: 'm.none', attributes: { allow: ['plan'], deny: ['plan'] } },
    ],
  });
  expect(await givenTo(provider.addCollector())).toEqual({
    'm.all': [
      ['pro', 10],
      ['free', 5],
    ],
    m: [['eu', 15]],
    'm.none': [['', 15]],
  });
});

test('what two instruments recorded into one metric is counted once, though each is in another one too', async () => {
  const provider = new MeterProvider({
    views: ['a', 'b'].flatMap((instrumentName) => [
      { instrumentName, name: 'm', attributes: { allow: [] } },
      ...(instrumentName === 'a' ? [{ instrumentName }] : []),
    ]),
  });
  for (const name of ['a', 'b']) provider.getMeter('test').createCounter(name).add(1, { plan: 'pro' });
  provider.configure({ views: ['a', 'b'].map((instrumentName) => ({ instrumentName, name: 'm' })) });
  expect(await valuesOf(provider.addCollector(), 'm')).toEqual([[{}, 2]]);
});

test('a processor is not shown what it has made', async () => {
  const process = (attributes: object) => ({
    ...attributes,
    tenant: 'active' in attributes ? 'known' : 'none',
  });
  const views = [
    {
      instrumentName: 'm',
      attributesProcessors: [{ process }, { process: ({ tenant = '' }) => ({ tenant }) }],
    },
  ];
  const provider = new MeterProvider({ views });
  const reader = provider.addCollector(DELTA);
  const counter = provider.getMeter('test').createCounter('m');
  counter.add(1, { active: true });
  provider.configure({ views });
  counter.add(1, { active: true });
  expect(await valuesOf(reader, 'm')).toEqual([[{ tenant: 'known' }, 2]]);
});

test.each<[what: string, keeping: () => Partial<MetricViewOptions>]>([
  ['that keeps some keys', () => ({ attributes: { allow: ['plan'] } })],
  ['with another processor', () => ({ attributesProcessors: [{ process: ({ plan = '' }) => ({ plan }) }] })],
])('what overflowed stays apart when a view %s lets more in', async (_, keeping) => {
  const viewOf = (aggregationCardinalityLimit: number): MetricViewOptions => ({
    instrumentName: 'm',
    aggregationCardinalityLimit,
    ...keeping(),
  });
  const provider = new MeterProvider({ views: [viewOf(2)] });
  const reader = provider.addCollector(DELTA);
  const counter = provider.getMeter('test').createCounter('m');
  for (const plan of ['pro', 'free', 'team']) counter.add(1, { plan });
  provider.configure({ views: [viewOf(10)] });
  counter.add(4, { plan: 'free' });
  expect(await valuesOf(reader, 'm')).toEqual([
    [{ plan: 'pro' }, 1],
    [{ 'otel.metric.overflow': true }, 2],
    [{ plan: 'free' }, 4],
  ]);
});

describe('what is observed, when its views are set anew,', () => {
  const views: MetricViewOptions[] = [{ instrumentName: 'm', attributes: { allow: [] } }];

  test('is no reset when it was added up and one of its parts ends', async () => {
    const provider = new MeterProvider({ views });
    let rows = [1_000, 500];
    const counter = provider.getMeter('test').createObservableCounter('m');
    counter.addCallback((result) => rows.forEach((value, row) => void result.observe(value, { row })));
    const reader = provider.addCollector(DELTA);
    await reader.collect();
    provider.configure({ views });
    rows = [1_000];
    expect(await valuesOf(reader, 'm')).toEqual([[{}, 0]]);
  });

  test('stays in the histogram that was made of it', async () => {
    const aggregation = { type: 'explicit_bucket_histogram', options: { boundaries: [5] } } as const;
    const histograms = [{ instrumentName: 'm', aggregation }];
    const provider = new MeterProvider({ views: histograms });
    let depth = 3;
    provider
      .getMeter('test')
      .createObservableGauge('m')
      .addCallback((result) => result.observe(depth));
    const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
    await interval.collect();
    depth = 7;
    await whole.collect();
    provider.configure({ views: histograms });
    const given = metricOf(await interval.collect(), 'm')?.points();
    expect(given).toMatchObject([{ value: { sum: 14, counts: [0, 2] } }]);
    expect(await histogramOf(whole, 'm')).toMatchObject({ sum: 3 + 3 * 7, counts: [1, 3] });
  });
});
