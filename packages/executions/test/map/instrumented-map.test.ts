import { setTimeout as delay } from 'node:timers/promises';
import { InstrumentError } from '@org/instrument-core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { instrumentedMap } from '../../src/index.ts';
import { type Bed, createBed, deferred, thrownBy } from '../support/bed.ts';

let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

const double = (value: number): number => value * 2;

async function* slowly<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) {
    await null;
    yield value;
  }
}

describe('a map', () => {
  it('is named after its function', async () => {
    await instrumentedMap([1, 2], double, bed.options);
    await instrumentedMap([1], (value) => value, { ...bed.options, name: 'named' });
    await instrumentedMap(
      [1],
      (
        () => (value: number) =>
          value
      )(),
      bed.options,
    );
    expect(bed.payloads('execution.completed').map(({ name }) => name)).toEqual(['double', 'named', 'map']);
    expect(bed.metric('double.items.processed')).toEqual({ '': 2 });
    expect(bed.metric('double.executions')).toEqual({ 'error_type=none,success=true': 1 });
  });

  it('gives the results in the order of the items, whatever gives them and whenever they are done', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            value: fc.integer(),
            ticks: fc.nat(3),
            isPromise: fc.boolean(),
            isAsync: fc.boolean(),
          }),
        ),
        fc.constantFrom('array', 'iterable', 'async'),
        fc.integer({ min: 1, max: 5 }),
        async (items, kind, concurrency) => {
          const own = createBed();
          const given = items.map((item) => (item.isPromise ? Promise.resolve(item) : item));
          const source = kind === 'array' ? given : kind === 'iterable' ? given.values() : slowly(items);
          let active = 0;
          let most = 0;
          const results = await instrumentedMap(
            source,
            ({ value, ticks, isAsync }, index) => {
              if (!isAsync) return { value, index };
              return (async () => {
                most = Math.max(most, ++active);
                for (let i = 0; i < ticks; i++) await null;
                active--;
                return { value, index };
              })();
            },
            { ...own.options, name: 'map', concurrency },
          );
          expect(results).toEqual(items.map(({ value }, index) => ({ value, index })));
          expect(most).toBeLessThanOrEqual(concurrency);
          expect(own.metric('map.items.processed')).toEqual({ '': items.length });
        },
      ),
    );
  });

  it('knows the total of what has one', async () => {
    const items = [1, 2, 3];
    const sources = [
      items,
      new Set(items),
      new Map([[1, 1]]),
      new Uint8Array(4),
      items.values(),
      slowly(items),
    ];
    for (const source of sources) await instrumentedMap(source as number[], double, bed.options);
    await instrumentedMap(items.values(), double, { ...bed.options, items: 9 });
    expect(bed.payloads('execution.started').map(({ total }) => total)).toEqual([
      3,
      3,
      1,
      4,
      undefined,
      undefined,
      9,
    ]);
  });

  it('asks its source for no more than it has room for, and one thing at a time', async () => {
    let asked = 0;
    let asking = 0;
    const gate = deferred();
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          expect(++asking).toBe(1);
          await null;
          asking--;
          return { value: asked++, done: asked > 20 };
        },
      }),
    };
    const mapped = instrumentedMap(source, () => gate.promise, { ...bed.options, concurrency: 3 });
    await delay(5);
    expect(asked).toBe(3);
    gate.resolve();
    expect(await mapped).toHaveLength(20);
  });

  it('rejects with the first error at once, begins nothing more, closes its source and aborts what is under way', async () => {
    const error = new RangeError('no');
    const never = deferred();
    let closed = 0;
    let begun = 0;
    let signal: AbortSignal | undefined;
    function* source(): Generator<number> {
      try {
        for (let i = 0; i < 100; i++) yield i;
      } finally {
        closed++;
      }
    }
    const thrown = await thrownBy(() =>
      instrumentedMap(
        source(),
        async (item, _index, run) => {
          begun++;
          signal = run.signal;
          await null;
          if (item === 1) throw error;
          await never.promise;
        },
        { ...bed.options, name: 'map', concurrency: 3 },
      ),
    );
    expect(thrown).toBe(error);
    expect({ closed, begun, aborted: signal?.aborted }).toEqual({ closed: 1, begun: 3, aborted: true });
    expect(bed.metric('map.executions')).toEqual({ 'error_type=RangeError,success=false': 1 });
    never.resolve();
    await delay(5);
    expect(bed.metric('map.items.processed')).toEqual({ '': 3 });
    expect(bed.metric('map.items.failed')).toEqual({ '': 1 });
  });

  it.each([true, false])('takes what throws at once as what rejects (async source: %s)', async (isAsync) => {
    const items = [1, 2, 3];
    const fn = (item: number): number => {
      if (item === 2) throw new TypeError('two');
      return item;
    };
    const source = isAsync ? slowly(items) : items;
    const error = await thrownBy(() => instrumentedMap(source, fn, bed.options));
    expect((error as Error).message).toBe('two');
    const promised = isAsync
      ? items.map((item) => Promise.resolve(item))
      : [1, Promise.reject(new TypeError('two'))];
    expect(((await thrownBy(() => instrumentedMap(promised, fn, bed.options))) as Error).message).toBe('two');
  });

  it('goes on to the end when told so, and then says all that failed', async () => {
    const seen: number[] = [];
    const error = await thrownBy(() =>
      instrumentedMap(
        [1, Promise.reject(new Error('item')), 3, 4],
        (item) => {
          seen.push(item);
          if (item === 3) throw new RangeError('sync');
          return item === 4 ? Promise.reject(new TypeError('async')) : item;
        },
        { ...bed.options, name: 'map', stopOnError: false },
      ),
    );
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors.map(({ message }) => message).sort()).toEqual([
      'async',
      'item',
      'sync',
    ]);
    expect((error as Error).message).toBe('3 of 4 items of map failed');
    expect(seen).toEqual([1, 3, 4]);
    expect(bed.metric('map.items.processed')).toEqual({ '': 4 });
    expect(bed.metric('map.items.failed')).toEqual({ '': 3 });
  });

  it.each([
    ['before', 'at once'],
    ['while', 'it runs'],
  ])('ends when its signal aborts %s %s', async (when) => {
    const stop = new AbortController();
    const reason = new Error('enough');
    let begun = 0;
    if (when === 'before') stop.abort(reason);
    const error = await thrownBy(() =>
      instrumentedMap(
        Array(50),
        async () => {
          if (++begun === 4) stop.abort(reason);
          await null;
        },
        { ...bed.options, name: 'map', signal: stop.signal, concurrency: 2 },
      ),
    );
    expect(error).toBe(reason);
    expect(begun).toBe(when === 'before' ? 0 : 4);
    expect(bed.metric('map.executions')).toEqual({ 'error_type=cancelled,success=false': 1 });
  });

  it('throws what its source throws, and tries to close nothing', async () => {
    const broken = (failing: () => unknown) => ({
      [Symbol.iterator]: () => ({ next: failing, return: () => expect.unreachable('it is broken') }),
    });
    const at = broken(() => {
      throw new RangeError('source');
    });
    expect(((await thrownBy(() => instrumentedMap(at as never, double, bed.options))) as Error).message).toBe(
      'source',
    );
    const later = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new RangeError('later')) }),
    };
    expect(
      ((await thrownBy(() => instrumentedMap(later as never, double, bed.options))) as Error).message,
    ).toBe('later');
    const rubbish = { [Symbol.asyncIterator]: () => ({ next: async () => undefined }) };
    expect(await thrownBy(() => instrumentedMap(rubbish as never, double, bed.options))).toBeInstanceOf(
      TypeError,
    );
    expect(bed.payloads('execution.failed')).toHaveLength(3);
  });

  it('survives items and results that are hostile', async () => {
    const hostile = Object.defineProperty({}, 'then', {
      get(): never {
        throw new TypeError('hostile');
      },
    });
    expect(
      ((await thrownBy(() => instrumentedMap([hostile], double as never, bed.options))) as Error).message,
    ).toBe('hostile');
    expect(
      ((await thrownBy(() => instrumentedMap([1], () => hostile as never, bed.options))) as Error).message,
    ).toBe('hostile');
    const twice = Object.defineProperty({}, 'then', {
      value(done: (value: number) => void) {
        done(1);
        done(2);
      },
    });
    expect(await instrumentedMap([0, 0], () => twice as never, bed.options)).toEqual([1, 1]);
  });

  it('refuses what is no map, with all that is wrong', async () => {
    const error = await thrownBy(() =>
      instrumentedMap(7 as never, 'fn' as never, { concurrency: 0, stopOnError: 1, concurency: 2 } as never),
    );
    expect(error).toBeInstanceOf(InstrumentError);
    expect((error as InstrumentError).problems.map(({ path }) => path).sort()).toEqual([
      'concurency',
      'concurrency',
      'fn',
      'items',
      'stopOnError',
    ]);
  });

  it('takes any number at once when told so', async () => {
    let active = 0;
    const gate = deferred();
    const mapped = instrumentedMap(
      Array(300),
      () => {
        active++;
        return gate.promise;
      },
      {
        ...bed.options,
        concurrency: Number.POSITIVE_INFINITY,
      },
    );
    expect(active).toBe(300);
    gate.resolve();
    await mapped;
  });
});
