import type { Observable, ObservableResult } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Meter, MeterProvider, type MetricViewOptions } from '../../src/index.ts';
import { DELTA, metricOf, valuesOf } from '../collected.ts';
import { cutOut, keptBy, WHOLE_LENGTH } from '../kept-memory.ts';

/** One metric of all pools. */
const WITHOUT_POOL: readonly MetricViewOptions[] = [{ instrumentName: '*', attributes: { deny: ['pool'] } }];

/** A pool of connections, with a callback of its own. */
interface Pool {
  uses: number;
  /** What its callback waits for, and throws if it is an error. */
  until: Promise<Error | undefined> | undefined;
  readonly callback: (result: ObservableResult) => void | Promise<void>;
}

function createPool(pool: string, uses: number): Pool {
  const created: Pool = {
    uses,
    until: undefined,
    callback: (result) => {
      const { until } = created;
      if (until === undefined) return result.observe(created.uses, { pool });
      return until.then((failure) => {
        if (failure !== undefined) throw failure;
        result.observe(created.uses, { pool });
      });
    },
  };
  return created;
}

function start(views: readonly MetricViewOptions[] = WITHOUT_POOL, cardinalityLimit?: number) {
  const provider = new MeterProvider({ views, cardinalityLimit });
  const meter = provider.getMeter('test');
  const [a, b] = [createPool('a', 1_000), createPool('b', 2_000)];
  const [interval, whole] = [provider.addCollector(DELTA), provider.addCollector()];
  return { provider, meter, a, b, interval, whole };
}

const never = (): Promise<undefined> => new Promise(() => {});

/** The ways to register the callbacks of two pools for the counter `m`. */
const WAYS: Record<string, (meter: Meter, a: Pool, b: Pool) => void> = {
  'callbacks of one instrument': (meter, a, b) => {
    const counter = meter.createObservableCounter('m');
    for (const { callback } of [a, b]) counter.addCallback(callback);
  },
  'callbacks of two instruments declared alike': (meter, a, b) => {
    for (const { callback } of [a, b]) meter.createObservableCounter('m').addCallback(callback);
  },
  'batch callbacks': (meter, a, b) => {
    const counters: Observable[] = [
      meter.createObservableCounter('m'),
      meter.createObservableCounter('other'),
    ];
    for (const { callback } of [a, b])
      meter.addBatchObservableCallback(batched(callback, counters), counters);
  },
  'a callback and a batch callback': (meter, a, b) => {
    const counter = meter.createObservableCounter('m');
    counter.addCallback(a.callback);
    meter.addBatchObservableCallback(batched(b.callback, [counter]), [counter]);
  },
};

/** A batch callback that has each instrument observed by a callback. */
function batched(callback: Pool['callback'], instruments: readonly Observable[]) {
  return async (result: { observe: (...observed: never) => void }): Promise<void> => {
    await Promise.all(
      instruments.map((instrument) =>
        callback({ observe: (...observed) => result.observe(...([instrument, ...observed] as never)) }),
      ),
    );
  };
}

describe.each(Object.entries(WAYS))('%s', (_, register) => {
  test.each<[string, readonly MetricViewOptions[], number | undefined]>([
    ['a view makes one', WITHOUT_POOL, undefined],
    ['are beyond the limit', [], 1],
  ])('whose series %s are added up', async (_text, views, limit) => {
    const { provider, meter, a, b, interval, whole } = start(views, limit);
    register(meter, a, b);
    const given = async (reader: typeof interval) => (await valuesOf(reader, 'm')).map(([, value]) => value);
    expect(await given(interval)).toEqual([3_000]);
    expect(await given(interval)).toEqual([0]);
    b.uses += 5;
    await whole.collect();
    provider.snapshot();
    a.uses += 1;
    expect(await given(interval)).toEqual([6]);
    expect(await given(whole)).toEqual([3_006]);
  });

  test('of which one fails or is late are added up with what that one observed last', async () => {
    const { meter, a, b, interval } = start();
    register(meter, a, b);
    await interval.collect();
    for (const until of [Promise.resolve(new Error('the database is down')), never()]) {
      a.uses += 1;
      b.uses += 10;
      b.until = until;
      const late = await interval.collect({ timeoutMillis: 1 });
      expect(late.errors.length).toBe(1);
      expect(metricOf(late, 'm')?.points()).toMatchObject([{ value: 1 }]);
      b.until = undefined;
      expect(await valuesOf(interval, 'm')).toEqual([[{}, 10]]);
    }
  });

  test('that fail all are not shown', async () => {
    const { meter, a, b, interval } = start();
    register(meter, a, b);
    await interval.collect();
    a.until = b.until = Promise.resolve(new Error('the database is down'));
    expect(await valuesOf(interval, 'm')).toEqual([]);
  });
});

describe('several callbacks of one counter', () => {
  test('whose series are apart are each shown when they answer', async () => {
    const { meter, a, b, interval } = start([]);
    const counter = meter.createObservableCounter('m');
    for (const { callback } of [a, b]) counter.addCallback(callback);
    await interval.collect();
    b.until = Promise.resolve(new Error('the database is down'));
    expect(await valuesOf(interval, 'm')).toEqual([[{ pool: 'a' }, 0]]);
  });

  test('that observe the same attributes: the last one counts, also where a view leaves some out', async () => {
    for (const views of [[], WITHOUT_POOL]) {
      const { meter, a, interval } = start(views);
      const again = createPool('a', 1_500);
      const counter = meter.createObservableCounter('m');
      for (const { callback } of [a, again]) counter.addCallback(callback);
      expect((await valuesOf(interval, 'm')).map(([, value]) => value)).toEqual([1_500]);
    }
  });

  test('of which one is removed lose its part, and nothing was counted', async () => {
    const { meter, a, b, interval, whole } = start();
    const counter = meter.createObservableCounter('m');
    for (const { callback } of [a, b]) counter.addCallback(callback);
    await interval.collect();
    counter.removeCallback(b.callback);
    expect(await valuesOf(interval, 'm')).toEqual([[{}, 0]]);
    a.uses += 7;
    expect(await valuesOf(interval, 'm')).toEqual([[{}, 7]]);
    expect(await valuesOf(whole, 'm')).toEqual([[{}, 1_007]]);
  });

  test('one of which takes over a series of another one while readers are waiting', async () => {
    const { provider, meter, interval } = start();
    const counter = meter.createObservableCounter('m');
    const owned = [['a', 'b', 'c'], ['d']];
    for (const pools of owned) {
      counter.addCallback(async (result) => {
        await undefined;
        for (const pool of pools) result.observe(1_000, { pool });
      });
    }
    await interval.collect();
    owned[1]?.push(...(owned[0]?.splice(0, 2) ?? []));
    expect(await valuesOf(interval, 'm')).toEqual([[{}, 0]]);
    expect(provider.snapshot().find(({ name }) => name === 'm')?.value).toBe(4_000);
  });

  test('that answer late are in the next snapshot', async () => {
    const { provider, meter, a, b } = start();
    const counter = meter.createObservableCounter('m');
    for (const { callback } of [a, b]) counter.addCallback(callback);
    const total = (): unknown => provider.snapshot().find(({ name }) => name === 'm')?.value;
    expect(total()).toBe(3_000);
    b.uses = 2_500;
    b.until = Promise.resolve(undefined);
    expect(total()).toBe(3_000);
    await new Promise(setImmediate);
    b.until = never();
    expect(total()).toBe(3_500);
  });

  test('keep what they observed across views that are set anew', async () => {
    const { provider, meter, a, b, interval } = start();
    const counter = meter.createObservableCounter('m');
    for (const { callback } of [a, b]) counter.addCallback(callback);
    await interval.collect();
    provider.configure({ views: WITHOUT_POOL });
    a.uses += 1;
    b.until = never();
    const late = await interval.collect({ timeoutMillis: 1 });
    expect(metricOf(late, 'm')?.points()).toMatchObject([{ value: 1 }]);
  });

  test('are forgotten once they are removed', async () => {
    const { meter, b, interval } = start();
    const counter = meter.createObservableCounter('m');
    counter.addCallback(b.callback);
    const kept = await keptBy(async () => {
      const rows = new Array(WHOLE_LENGTH / 8).fill(0.5);
      const callback = (result: ObservableResult): void => result.observe(rows.length);
      counter.addCallback(callback);
      await interval.collect();
      counter.removeCallback(callback);
    });
    expect(kept).toBeLessThan(WHOLE_LENGTH);
  });

  test('hold no longer texts that what they observe was cut out of', async () => {
    const { meter, interval } = start();
    const counter = meter.createObservableCounter('m');
    const kept = await keptBy(async () => {
      for (const line of ['a', 'b', 'c']) {
        counter.addCallback((result) => result.observe(1, { pool: cutOut(`the pool of line ${line}`) }));
      }
      await interval.collect();
    });
    expect(kept).toBeLessThan(WHOLE_LENGTH);
  });
});

describe('two readers that ask while a callback is slow', () => {
  let answers: (() => void)[];
  beforeEach(() => {
    answers = [];
  });

  test('are given what another callback of the meter has answered either of them', async () => {
    const { meter, a, whole, interval } = start();
    meter.createObservableCounter('m').addCallback(a.callback);
    meter.createObservableGauge('slow').addCallback(
      () =>
        new Promise((resolve) => {
          answers.push(resolve);
        }),
    );
    const first = valuesOf(whole, 'm');
    const second = valuesOf(interval, 'm');
    answers[0]?.();
    expect(await first).toEqual([[{}, 1_000]]);
    answers[1]?.();
    expect(await second).toEqual([[{}, 1_000]]);
  });

  test('count nothing twice, whichever answer comes first', async () => {
    const { meter, a, b, whole, interval } = start();
    const counter = meter.createObservableCounter('m');
    counter.addCallback(a.callback);
    counter.addCallback(async (result) => {
      const value = b.uses;
      await new Promise<void>((resolve) => answers.push(resolve));
      result.observe(value, { pool: 'b' });
    });
    const first = valuesOf(whole, 'm');
    b.uses += 1;
    const second = valuesOf(interval, 'm');
    answers[1]?.();
    expect(await second).toEqual([[{}, 3_001]]);
    answers[0]?.();
    expect(await first).toEqual([[{}, 3_001]]);
    const third = valuesOf(interval, 'm');
    answers[2]?.();
    expect(await third).toEqual([[{}, 0]]);
  });
});

test('observable counters that views make one metric are added up', async () => {
  const views = ['a', 'b'].map((instrumentName) => ({ instrumentName, name: 'm' }));
  const { meter, interval, a, b } = start(views);
  for (const [name, { callback }] of Object.entries({ a, b })) {
    meter
      .createObservableCounter(name)
      .addCallback((result) => callback({ observe: (value) => result.observe(value) }));
  }
  expect(await valuesOf(interval, 'm')).toEqual([[{}, 3_000]]);
  b.uses += 4;
  expect(await valuesOf(interval, 'm')).toEqual([[{}, 4]]);
});

test('what a callback observes after its answer is left out', async () => {
  const { meter, b, interval } = start();
  const counter = meter.createObservableCounter('m');
  let keptResult: ObservableResult | undefined;
  counter.addCallback((result) => {
    keptResult = result;
    result.observe(1, { pool: 'a' });
  });
  counter.addCallback(b.callback);
  let answer = (): void => {};
  b.until = new Promise((resolve) => {
    answer = () => resolve(undefined);
  });
  const collecting = valuesOf(interval, 'm');
  await new Promise(setImmediate);
  keptResult?.observe(500, { pool: 'later' });
  answer();
  expect(await collecting).toEqual([[{}, 2_001]]);
});
