import { describe, expect, test } from 'vitest';
import { InstrumentError, MeterProvider, type MetricViewOptions, viewProblems } from '../src/index.ts';
import { metricNames, metricOf, valuesOf } from './collected.ts';
import { useDiagnostics } from './diagnostics.ts';

const said = useDiagnostics();

function start(...views: MetricViewOptions[]) {
  const provider = new MeterProvider({ views });
  return {
    provider,
    reader: provider.addCollector(),
    meter: provider.getMeter('test', '1', { schemaUrl: 's' }),
  };
}

describe('a selector', () => {
  test.each<[MetricViewOptions, string[]]>([
    [{ instrumentName: 'http.server' }, ['http.server']],
    [{ instrumentName: 'http.*' }, ['http.server', 'http.client']],
    [{ instrumentName: '*' }, ['http.server', 'http.client', 'httpx']],
    [{ instrumentName: 'http?' }, ['httpx']],
    [{ instrumentName: '?ttp.*r' }, ['http.server']],
    [{ instrumentName: 'http.[a-z]+' }, []],
    [{ instrumentUnit: 's' }, ['http.server']],
    [{ instrumentType: 'HISTOGRAM' }, ['http.server']],
    [{ meterName: 'test' }, ['http.server', 'http.client', 'httpx']],
    [{ meterName: 'tes' }, []],
    [{ meterVersion: '1', meterSchemaUrl: 's' }, ['http.server', 'http.client', 'httpx']],
    [{ meterVersion: '2' }, []],
    [{ meterSchemaUrl: 't' }, []],
    [{ instrumentName: '*', instrumentUnit: 'By' }, []],
  ])('%j selects %j', async (selector, selected) => {
    const { reader, meter } = start({ ...selector, description: 'selected' });
    meter.createHistogram('http.server', { unit: 's' }).record(1);
    meter.createCounter('http.client').add(1);
    meter.createUpDownCounter('httpx').add(1);
    const collection = await reader.collect();
    const described = metricNames(collection).filter(
      (name) => metricOf(collection, name)?.descriptor.description === 'selected',
    );
    expect(described).toEqual(selected);
  });
});

describe('a view', () => {
  test('renames and describes a metric', async () => {
    const { reader, meter } = start({ instrumentName: 'old', name: 'new', description: 'of the view' });
    meter.createCounter('old', { description: 'of the instrument' }).add(1);
    meter.createCounter('old', { description: 'of the instrument, longer than that' });
    const metric = metricOf(await reader.collect(), 'new');
    expect(metric?.descriptor).toMatchObject({ name: 'new', description: 'of the view' });
  });

  test('keeps keys, leaves keys out, then hands the rest to processors', async () => {
    const { reader, meter } = start({
      instrumentName: 'c',
      attributes: { allow: ['a', 'b'], deny: ['b'] },
      attributesProcessors: [
        { process: (incoming) => ({ ...incoming, seen: Object.keys(incoming).length }) },
      ],
    });
    meter.createCounter('c').add(1, { a: 1, b: 2, c: 3 });
    expect(await valuesOf(reader, 'c')).toEqual([[{ a: 1, seen: 1 }, 1]]);
  });

  test('may add attributes in a processor', async () => {
    const { reader, meter } = start({
      instrumentName: 'c',
      attributesProcessors: [{ process: (incoming) => ({ ...incoming, region: 'eu' }) }],
    });
    meter.createCounter('c').add(1);
    meter.createCounter('c').bind({ a: 1 }).add(1);
    expect(await valuesOf(reader, 'c')).toEqual([
      [{ region: 'eu' }, 1],
      [{ a: 1, region: 'eu' }, 1],
    ]);
  });

  test('whose processor throws records with the attributes as they were, and says so once', async () => {
    const { reader, meter } = start({
      instrumentName: 'c',
      attributesProcessors: [
        {
          process: () => {
            throw new Error('processor');
          },
        },
      ],
    });
    for (let i = 0; i < 3; i++) meter.createCounter('c').add(1, { a: 1 });
    expect(await valuesOf(reader, 'c')).toEqual([[{ a: 1 }, 3]]);
    expect(said.errors).toEqual(["attributes-processor: a view's processor of metric c failed: processor"]);
    const faults = await valuesOf(reader, 'instrument.faults');
    expect(faults).toContainEqual([{ component: 'attributes-processor' }, 3]);
  });

  test.each([
    ['sum', 'sum', 6],
    ['last_value', 'gauge', 4],
    ['explicit_bucket_histogram', 'histogram', expect.objectContaining({ count: 2, sum: 6 })],
    ['exponential_histogram', 'exponential_histogram', expect.objectContaining({ count: 2, sum: 6 })],
  ] as const)('makes a %s', async (type, kind, value) => {
    const { reader, meter } = start({ instrumentName: 'h', aggregation: { type } });
    const histogram = meter.createHistogram('h');
    histogram.record(2);
    histogram.record(4);
    const metric = metricOf(await reader.collect(), 'h');
    expect([metric?.kind, metric?.points()[0]?.value]).toEqual([kind, value]);
  });

  test('drops a metric, but not what is counted from it', async () => {
    const { provider, reader, meter } = start({ instrumentName: 'h', aggregation: { type: 'drop' } });
    const count = { name: 'calls', description: '', unit: '' };
    meter.createCountedHistogram('h', { count }).record(1);
    expect(metricNames(await reader.collect())).toEqual(['calls']);
    expect(provider.snapshot().filter(({ scope }) => scope.name === 'test')).toMatchObject([
      { name: 'calls', value: 1 },
    ]);
  });

  test('may rename or drop what is counted', async () => {
    const count = { name: 'calls', description: '', unit: '' };
    const renaming = start({ instrumentName: 'h', name: 'i' }, { instrumentName: 'calls', name: 'renamed' });
    renaming.meter.createCountedHistogram('h', { count }).record(1);
    expect(metricNames(await renaming.reader.collect())).toEqual(['i', 'renamed']);
    const dropping = start(
      { instrumentName: 'h', name: 'i' },
      { instrumentName: 'calls', aggregation: { type: 'drop' } },
    );
    dropping.meter.createCountedHistogram('h', { count }).record(1);
    expect(metricNames(await dropping.reader.collect())).toEqual(['i']);
  });

  test('beside another of the same histogram does not count a second time', async () => {
    const { reader, meter } = start({ instrumentName: 'h', name: 'a' }, { instrumentName: 'h', name: 'b' });
    const count = { name: 'calls', description: '', unit: '' };
    meter.createCountedHistogram('h', { count }).record(1);
    expect(metricNames(await reader.collect())).toEqual(['a', 'calls', 'b']);
  });
});

describe('views that are not valid', () => {
  const views = [
    { description: 'of everything' },
    { instrumentName: 'fine' },
    { instrumentName: 'a.*', name: 'b' },
    { meterName: 'm', name: 'b' },
  ];

  test('are reported all together, and change nothing', async () => {
    const provider = new MeterProvider({ views: [{ instrumentName: 'c', name: 'd' }] });
    expect(() => provider.configure({ views })).toThrow(InstrumentError);
    provider.getMeter('test').createCounter('c').add(1);
    expect(metricNames(await provider.addCollector().collect())).toEqual(['d']);
    expect(() => new MeterProvider({ views })).toThrow(/views\[0\].*views\[2\]\.instrumentName.*views\[3\]/s);
  });

  test('have paths that begin where the caller says', () => {
    expect(viewProblems(views, 'metrics.views').map(({ path }) => path)).toEqual([
      'metrics.views[0]',
      'metrics.views[2].instrumentName',
      'metrics.views[3].instrumentName',
    ]);
  });
});
