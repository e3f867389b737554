import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instrumentedMap, instrumentedStream } from '../../src/index.ts';
import { type Bed, createBed, deferred, thrownBy } from '../support/bed.ts';

let bed: Bed;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  bed = createBed();
  process.on('unhandledRejection', onUnhandled);
});

afterEach(() => {
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

/** After it, everything that was rejected and not handled has been reported. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Gives 1 at once, and then what `give` is called with. */
function heldSource(): { items: AsyncIterable<unknown>; give(value: unknown): void } {
  let give: (value: unknown) => void = () => {};
  let isFirst = true;
  const next = (): Promise<IteratorResult<unknown>> => {
    if (!isFirst) return new Promise((resolve) => (give = (value) => resolve({ value })));
    isFirst = false;
    return Promise.resolve({ value: 1 });
  };
  return { items: { [Symbol.asyncIterator]: () => ({ next }) }, give: (value) => give(value) };
}

describe('items', () => {
  it('are the characters of a text, and those of an iterable whose async iterator is none', async () => {
    const odd = {
      [Symbol.asyncIterator]: undefined,
      *[Symbol.iterator]() {
        yield 1;
      },
    };
    expect(await instrumentedMap('añ😀', (text) => text, bed.options)).toEqual(['a', 'ñ', '😀']);
    expect(await instrumentedMap(odd as never, (item) => item, bed.options)).toEqual([1]);
    const texts: string[] = [];
    for await (const text of instrumentedStream('ab', (item) => item, bed.options)) texts.push(text);
    expect(texts).toEqual(['a', 'b']);
  });

  it("that come after the end of a map and reject are nobody's concern", async () => {
    const { items, give } = heldSource();
    const error = new Error('first');
    expect(await thrownBy(() => instrumentedMap(items, () => Promise.reject(error), bed.options))).toBe(
      error,
    );
    give(Promise.reject(new Error('late')));
    await turn();
  });

  it("that come after the end of a stream and reject are nobody's concern", async () => {
    const { items, give } = heldSource();
    const stream = instrumentedStream(items, (item) => item, bed.options);
    await stream.next();
    await turn();
    await stream.return();
    give(Promise.reject(new Error('late')));
    await turn();
  });

  it('that are there only after a stream was left are not begun', async () => {
    const later = deferred();
    const begun: unknown[] = [];
    const items = [1, later.promise.then(() => 2)];
    for await (const _ of instrumentedStream(items, (item) => begun.push(item), bed.options)) break;
    later.resolve();
    await turn();
    expect(begun).toEqual([1]);
    expect(bed.metric('map.items.processed')).toEqual({ '': 1 });
  });

  it('are not asked for any more once the signal aborts, though nobody takes a result', async () => {
    const stop = new AbortController();
    let asked = 0;
    function* source(): Generator<number> {
      while (true) yield asked++;
    }
    const stream = instrumentedStream(source(), (item) => item, { ...bed.options, signal: stop.signal });
    await stream.next();
    stop.abort();
    const before = asked;
    for (let i = 0; i < 20; i++) await turn();
    expect(asked).toBeLessThanOrEqual(before + 1);
    expect(await thrownBy(() => stream.next())).toMatchObject({ name: 'AbortError' });
  });

  it('that throw when they are looked at fail like others, and nothing hangs', async () => {
    const hostile = Object.defineProperty(Promise.resolve(1), 'constructor', {
      get() {
        throw new RangeError('hostile');
      },
    });
    const error = await thrownBy(() =>
      instrumentedMap([hostile, 2], (item) => item, { ...bed.options, stopOnError: false }),
    );
    expect((error as AggregateError).errors).toMatchObject([{ message: 'hostile' }]);
    expect(bed.metric('map.items.processed')).toEqual({ '': 2 });
  });

  it('that are promises in a list and reject before their turn fail when it comes, or are passed over', async () => {
    const drained = async (...args: Parameters<typeof instrumentedStream<number, number>>): Promise<void> => {
      for await (const _ of instrumentedStream(...args)) {
        // Taken as it comes.
      }
    };
    for (const map of [instrumentedMap<number, number>, drained]) {
      const rejects: ((error: unknown) => void)[] = [];
      const resolves: (() => void)[] = [];
      const list = (): Promise<number>[] =>
        Array.from(
          { length: 20 },
          (_, i) =>
            new Promise((resolve, reject) => {
              rejects[i] = reject;
              resolves[i] = () => resolve(i);
            }),
        );
      const options = { ...bed.options, name: 'map', concurrency: 2 };
      const mapped = thrownBy(() => map(list(), (item) => item, { ...options, stopOnError: false }));
      rejects[15]?.(new RangeError('item 15'));
      await turn();
      for (const resolve of resolves) resolve();
      expect(((await mapped) as AggregateError).errors).toMatchObject([{ message: 'item 15' }]);
      const stopped = thrownBy(() => map(list(), (item) => item, options));
      rejects[19]?.(new RangeError('never looked at'));
      await turn();
      rejects[0]?.(new RangeError('the first'));
      expect(await stopped).toMatchObject({ message: 'the first' });
      await turn();
    }
  });

  it('that fail in a stream without end are not kept without end', async () => {
    const items = Array.from({ length: 1_200 }, (_, i) => i);
    const fail = (): never => {
      throw new RangeError('no');
    };
    const stream = instrumentedStream(items, fail, { ...bed.options, name: 'endless', stopOnError: false });
    const error = (await thrownBy(() => stream.next())) as AggregateError;
    expect(error.errors).toHaveLength(1_000);
    expect(error.message).toBe('1200 of 1200 items of endless failed');
  });
});
