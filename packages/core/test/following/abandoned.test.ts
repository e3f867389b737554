import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { followed, Told } from './told.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function* numbers(): Generator<number, string> {
  yield 1;
  return 'all';
}
async function* numbersLater(): AsyncGenerator<number, string> {
  return yield* numbers();
}

/** Waits until it is collected, and whoever watches it was told. */
async function collected(handle: WeakRef<object>): Promise<void> {
  await vi.waitFor(async () => {
    collectGarbage();
    await nextTurn();
    // A failed assertion would hold what it compares.
    expect(handle.deref() === undefined).toBe(true);
  });
  await nextTurn();
}

describe('a call that nobody can end any more', () => {
  test('is abandoned', async () => {
    const calls = [new Told(), new Told(), new Told(), new Told(true)];
    const handles = ((): WeakRef<object>[] => {
      const [generator, iterable, thenable, stream] = [
        followed(calls[0]!, numbers()),
        followed(calls[1]!, { [Symbol.asyncIterator]: numbersLater }),
        // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
        followed(calls[2]!, { then: () => {} }),
        followed(calls[3]!, new ReadableStream()),
      ];
      generator.next();
      return [generator, iterable, thenable, stream].map((handle) => new WeakRef(handle));
    })();
    for (const handle of handles) await collected(handle);
    expect(calls.map((call) => call.ends)).toEqual(Array(4).fill(['abandon']));
  });
});

describe('a call that somebody can end still', () => {
  test('is not abandoned when an iterable is collected whose iterator goes on', async () => {
    const call = new Told();
    const { iterator, handle } = (() => {
      // A generator would hold the iterable as its `this`.
      const iterable = followed(call, { [Symbol.asyncIterator]: () => numbersLater() });
      return { iterator: iterable[Symbol.asyncIterator](), handle: new WeakRef(iterable) };
    })();
    await collected(handle);
    expect(call.ends).toEqual([]);
    await iterator.next();
    await iterator.next();
    expect(call.ends).toEqual(['succeed all']);
  });

  test('is not abandoned when a thenable is collected that somebody waits for', async () => {
    for (const consume of ['then', 'catch', 'finally'] as const) {
      const call = new Told();
      let resolve = (_: string): void => {};
      const { settled, handle } = (() => {
        const running = new Promise<string>((done) => {
          resolve = done;
        });
        const query = followed(call, {
          // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
          then: running.then.bind(running),
          catch: running.catch.bind(running),
          finally: running.finally.bind(running),
        });
        return { settled: (query[consume] as () => Promise<string>)(), handle: new WeakRef(query) };
      })();
      collectGarbage();
      await nextTurn();
      collectGarbage();
      await nextTurn();
      expect(call.ends).toEqual([]);
      resolve('rows');
      await settled;
      expect(call.ends).toEqual(['succeed rows']);
      await collected(handle);
    }
  });

  test('is not abandoned when a thenable is collected that has given a stream', async () => {
    const call = new Told();
    const { stream, handle } = await (async () => {
      const then = (resolve: (rows: Generator<number>) => void): void => resolve(numbers());
      const query = followed(call, { then });
      return { stream: await query, handle: new WeakRef(query) };
    })();
    await collected(handle);
    expect(call.ends).toEqual([]);
    expect([...stream]).toEqual([1]);
    expect(call.ends).toEqual(['succeed all']);
  });
});
