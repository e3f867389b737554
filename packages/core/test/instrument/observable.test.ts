import { type Attributes, type ObservableResult, ValueType } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { MeterProvider } from '../../src/index.ts';
import { metricNames, valuesOf } from '../collected.ts';
import { useDiagnostics } from '../diagnostics.ts';

const said = useDiagnostics();

function start(attributes?: { deny: string[] }) {
  const provider = new MeterProvider({
    views: attributes === undefined ? [] : [{ instrumentName: '*', attributes }],
  });
  return { provider, reader: provider.addCollector(), meter: provider.getMeter('test') };
}

describe('a callback', () => {
  test('is asked at every collection, until it is removed', async () => {
    const { reader, meter } = start();
    let asked = 0;
    const gauge = meter.createObservableGauge('g');
    const callback = (result: ObservableResult): void => result.observe(++asked);
    gauge.addCallback(callback);
    gauge.addCallback(callback);
    expect(await valuesOf(reader, 'g')).toEqual([[{}, 1]]);
    expect(await valuesOf(reader, 'g')).toEqual([[{}, 2]]);
    gauge.removeCallback(callback);
    expect(await valuesOf(reader, 'g')).toEqual([]);
    expect(asked).toBe(2);
  });

  test('may be asynchronous', async () => {
    const { reader, meter } = start();
    meter.createObservableGauge('g').addCallback(async (result) => {
      await Promise.resolve();
      result.observe(1);
    });
    expect(await valuesOf(reader, 'g')).toEqual([[{}, 1]]);
  });

  test('may fill one object for all that it observes', async () => {
    const { reader, meter } = start();
    meter.createObservableGauge('g').addCallback((result) => {
      const attributes: Attributes = {};
      for (const a of [1, 2]) {
        attributes.a = a;
        result.observe(a * 10, attributes);
      }
    });
    expect(await valuesOf(reader, 'g')).toEqual([
      [{ a: 1 }, 10],
      [{ a: 2 }, 20],
    ]);
  });

  test('that throws or rejects is reported, without what it observed, and harms no other', async () => {
    const { reader, meter } = start();
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    meter.createObservableGauge('throws').addCallback((result) => {
      result.observe(1);
      throw thrown;
    });
    meter.createObservableGauge('rejects').addCallback(async (result) => {
      result.observe(1);
      throw rejected;
    });
    meter.createObservableGauge('well').addCallback((result) => result.observe(1));
    const collection = await reader.collect();
    expect(collection.errors).toEqual([thrown, rejected]);
    expect(metricNames(collection)).toEqual(['well']);
  });

  test.each([
    ['a promise', (until: Promise<void>) => until],
    // biome-ignore lint/suspicious/noThenProperty: as a query builder is one
    ['another thenable', (until: Promise<void>) => ({ then: until.then.bind(until) }) as Promise<void>],
  ])(
    'that does not end in time (%s) is reported, and what it observes later is left out',
    async (_, wrap) => {
      const { reader, meter } = start();
      let finish = (): void => {};
      const until = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const results: ObservableResult[] = [];
      meter.createObservableGauge('late').addCallback((result) => {
        results.push(result);
        result.observe(1);
        return wrap(until);
      });
      const collection = await reader.collect({ timeoutMillis: 50 });
      expect(collection.errors).toEqual([new Error('Observing late took longer than 50 ms')]);
      results[0]?.observe(2);
      finish();
      await until;
      expect(metricNames(collection)).toEqual([]);
    },
  );

  test('is not asked for a value that its instrument cannot take', async () => {
    const { reader, meter } = start();
    meter.createObservableCounter('c').addCallback((result) => result.observe(-1));
    meter.createObservableGauge('g').addCallback((result) => result.observe(Object.create(null) as number));
    meter.createObservableGauge('i', { valueType: ValueType.INT }).addCallback((result) => {
      result.observe(Number.NaN, { nan: true });
      result.observe(2.5);
    });
    const collection = await reader.collect();
    expect(metricNames(collection)).toEqual(['i']);
    expect(await valuesOf(reader, 'i')).toEqual([[{}, 2]]);
    expect(collection.errors).toEqual([]);
    expect(said.warnings.slice(0, 4)).toEqual([
      expect.stringMatching(/^Metric c was given -1; it takes no negative values/),
      expect.stringMatching(/^Metric g was given object \{\}, not a number/),
      expect.stringMatching(/^Metric i .* was given NaN; it was not recorded/),
      expect.stringMatching(/^Metric i .* was given 2\.5; the fraction was cut/),
    ]);
  });
});

describe('series', () => {
  test('that are not observed any more are not exported, to readers of either temporality', async () => {
    const { provider, reader, meter } = start();
    const interval = provider.addCollector({ temporality: () => 'delta' });
    let disks = ['a', 'b'];
    meter.createObservableUpDownCounter('disk').addCallback((result) => {
      for (const disk of disks) result.observe(1, { disk });
    });
    expect((await valuesOf(reader, 'disk')).length).toBe(2);
    // What was observed for the other one is news to a reader of deltas.
    expect((await valuesOf(interval, 'disk')).length).toBe(2);
    disks = ['b'];
    expect(await valuesOf(interval, 'disk')).toEqual([[{ disk: 'b' }, 0]]);
    expect(await valuesOf(reader, 'disk')).toEqual([[{ disk: 'b' }, 1]]);
    disks = [];
    expect(await valuesOf(reader, 'disk')).toEqual([]);
  });

  test('that a view makes one are added up where they are a sum; of one series the last observation counts', async () => {
    const { reader, meter } = start({ deny: ['cpu'] });
    const observe = (result: ObservableResult): void => {
      result.observe(1, { cpu: 0, mode: 'user' });
      result.observe(Number.POSITIVE_INFINITY, { cpu: 1, mode: 'idle' });
      result.observe(2, { mode: 'user', cpu: 1 });
      result.observe(4, { mode: 'user', cpu: 0 });
    };
    meter.createObservableCounter('sum').addCallback(observe);
    meter.createObservableGauge('gauge').addCallback(observe);
    expect(await valuesOf(reader, 'sum')).toEqual([
      [{ mode: 'user' }, 6],
      [{ mode: 'idle' }, Number.POSITIVE_INFINITY],
    ]);
    expect((await valuesOf(reader, 'gauge'))[0]).toEqual([{ mode: 'user' }, 2]);
  });

  test('beyond the cardinality limit are one: of sums the parts are added up', async () => {
    const provider = new MeterProvider({ cardinalityLimit: 3 });
    const reader = provider.addCollector();
    const meter = provider.getMeter('test');
    const observe = (result: ObservableResult): void => {
      for (let i = 0; i < 5; i++) result.observe(10 ** i, { i });
      // Once more: the last one of a set counts.
      result.observe(2_000, { i: 3 });
    };
    meter.createObservableCounter('sum').addCallback(observe);
    meter.createObservableGauge('gauge').addCallback(observe);
    const overflow = { 'otel.metric.overflow': true };
    for (let round = 0; round < 2; round++) {
      expect(await valuesOf(reader, 'sum')).toEqual([
        [{ i: 0 }, 1],
        [{ i: 1 }, 10],
        [overflow, 100 + 2_000 + 10_000],
      ]);
      expect((await valuesOf(reader, 'gauge'))[2]?.[0]).toEqual(overflow);
    }
  });

  test('that were observed while the views changed are those of the new views', async () => {
    const { provider, reader, meter } = start();
    let meanwhile = (): void => {};
    meter.createObservableUpDownCounter('disk').addCallback(async (result) => {
      result.observe(1, { disk: 'a', kind: 'ssd' });
      await Promise.resolve().then(meanwhile);
      result.observe(2, { disk: 'b', kind: 'ssd' });
    });
    // Known by now, so that they need not be copied.
    await valuesOf(reader, 'disk');
    meanwhile = () =>
      provider.configure({ views: [{ instrumentName: 'disk', attributes: { allow: ['kind'] } }] });
    await reader.collect();
    meanwhile = () => {};
    expect(await valuesOf(reader, 'disk')).toEqual([[{ kind: 'ssd' }, 3]]);
  });

  test.each([undefined, { deny: ['other'] }])(
    'of one set of attributes are one, the last (view %j)',
    async (view) => {
      const { reader, meter } = start(view);
      meter.createObservableCounter('sum').addCallback((result) => {
        for (const value of [5, 3]) result.observe(value, { b: 1, a: [1, 'x'] as never, c: true });
        result.observe(7, { c: true, b: 1 });
      });
      for (let i = 0; i < 3; i++) {
        expect((await valuesOf(reader, 'sum')).map(([, value]) => value)).toEqual([3, 7]);
      }
    },
  );
});

describe('a batch callback', () => {
  test('observes several instruments, those it was registered for only, until it is removed', async () => {
    const { reader, meter } = start();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => meter.createObservableGauge(name)) as [
      never,
      never,
      never,
    ];
    const callback = (result: { observe(instrument: never, value: number): void }): void => {
      for (const instrument of [a, b, c]) result.observe(instrument, 1);
    };
    meter.addBatchObservableCallback(callback, [a, b]);
    meter.addBatchObservableCallback(callback, [b, a]);
    expect(metricNames(await reader.collect())).toEqual(['a', 'b']);
    meter.removeBatchObservableCallback(callback, [b, a]);
    expect(metricNames(await reader.collect())).toEqual([]);
  });

  test('without an instrument of the provider is refused, and said', async () => {
    const { reader, meter } = start();
    let asked = 0;
    meter.addBatchObservableCallback(() => void asked++, [{ addCallback() {}, removeCallback() {} }]);
    await reader.collect();
    expect([asked, said.errors]).toEqual([
      0,
      [expect.stringMatching(/was given no instrument of this meter provider/)],
    ]);
  });
});
