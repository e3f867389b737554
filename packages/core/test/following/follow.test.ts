import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { countOf, followed, Told, textOf } from './told.ts';

function* numbers(): Generator<number, string> {
  yield 1;
  yield 2;
  return 'all';
}
async function* numbersLater(): AsyncGenerator<number, string> {
  return yield* numbers();
}

/** Iterable, and no generator. */
const pages = (): AsyncIterable<number> & { pages: number } => ({
  pages: 2,
  [Symbol.asyncIterator]: numbersLater,
});

describe('a result that is there', () => {
  test('ends its call at once', () => {
    for (const result of [7, 'text', undefined, null, [1], new Map(), Symbol('own'), () => {}]) {
      const call = new Told();
      expect(followed(call, result)).toBe(result);
      expect(call.said).toEqual([`succeed ${textOf(result)}`]);
    }
  });

  test('may refuse to be looked at', () => {
    const refuse = (): never => {
      throw new Error('no');
    };
    const hostile = new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse });
    const call = new Told();
    expect(followed(call, hostile)).toBe(hostile);
    expect(call.said).toEqual(['succeed an object']);
  });
});

describe('a stream', () => {
  const streams: readonly (readonly [
    string,
    () => AsyncIterable<unknown> | Iterable<unknown>,
    string,
    string,
  ])[] = [
    ['generator', numbers, 'succeed all', 'close undefined'],
    ['async generator', numbersLater, 'succeed all', 'close undefined'],
    ['async iterable', pages, 'succeed all', 'close undefined'],
    ['web stream', () => ReadableStream.from(numbers()), 'succeed undefined', 'cancel'],
    // Node.js itself says how it ends.
    ['Node.js stream', () => Readable.from(numbers()), 'succeed undefined', 'fail The operation was aborted'],
  ];

  test.each(streams)('(%s) gives its items and succeeds at its end', async (_name, make, end) => {
    for (const give of [make, async () => make()]) {
      const call = new Told(true);
      const stream = await followed(call, give() as ReturnType<typeof make>);
      expect(call.said).toEqual([]);
      expect(await countOf(stream)).toBe(2);
      expect(call.said).toEqual(['item', 'item', end]);
    }
  });

  test.each(streams)(
    '(%s) that is left early is not said to have succeeded',
    async (_name, make, _end, left) => {
      const call = new Told(true);
      for await (const _ of followed(call, make())) break;
      await vi.waitFor(() => expect(call.ends).toEqual([left]));
    },
  );

  test.each(streams)('(%s) is a plain value where the option says so', async (_name, make) => {
    const call = new Told(false);
    const stream = make();
    expect(followed(call, stream)).toBe(stream);
    expect(call.ends).toHaveLength(1);
    expect(await countOf(stream)).toBe(2);
    expect(call.items).toBe(0);
  });

  test('of Node.js is one by default', () => {
    const call = new Told();
    const stream = Readable.from(['a']);
    expect(followed(call, stream)).toBe(stream);
    expect(Object.hasOwn(stream, 'emit')).toBe(false);
    expect(call.ended).toBe(true);
  });
});

describe('a generator', () => {
  test('is closed with what it answers, which may be nothing yet', () => {
    const [closed, kept] = [new Told(), new Told()];
    expect(followed(closed, numbers()).return('enough')).toEqual({ done: true, value: 'enough' });
    expect(closed.said).toEqual(['close enough']);
    const tenacious = followed(
      kept,
      (function* (): Generator<number, string> {
        try {
          yield 1;
        } finally {
          yield 2;
        }
        return 'never';
      })(),
    );
    tenacious.next();
    expect(tenacious.return('enough')).toEqual({ done: false, value: 2 });
    expect(kept.said).toEqual(['item', 'item']);
    expect(tenacious.next()).toEqual({ done: true, value: 'enough' });
    expect(kept.ends).toEqual(['succeed enough']);
  });

  test('of two calls tells both, and has nothing of its own for the first', () => {
    const [outer, inner] = [new Told(), new Told()];
    const generator = followed(inner, numbers());
    expect(Reflect.ownKeys(generator)).toEqual([]);
    expect([...followed(outer, generator)]).toEqual([1, 2]);
    expect([inner.said, outer.said]).toEqual([
      ['item', 'item', 'succeed all'],
      ['item', 'item', 'succeed all'],
    ]);
  });
});

/** As of a database: `next` gives documents, and `null` at the end; iterating is stepping itself. */
function cursorOf(documents: object[]) {
  return {
    next: async (): Promise<object | null> => documents.shift() ?? null,
    async *[Symbol.asyncIterator](): AsyncGenerator<object> {
      for (let found = await this.next(); found !== null; found = await this.next()) yield found;
    },
  };
}

describe('a cursor whose next gives documents', () => {
  const todos = (): object[] => [{ id: 1, done: true }, { id: 2, done: false }, { id: 3 }];

  test('has each counted once, and ends with its iteration, whatever they say themselves', async () => {
    const call = new Told();
    const documents: object[] = [];
    for await (const document of followed(call, cursorOf(todos()))) documents.push(document);
    expect(documents).toEqual(todos());
    expect(call.said).toEqual(['item', 'item', 'item', 'succeed undefined']);
  });

  test('of two calls tells both so', async () => {
    const [outer, inner] = [new Told(), new Told()];
    const cursor = followed(outer, followed(inner, cursorOf(todos())));
    const keys = Reflect.ownKeys(cursorOf([]));
    expect(await countOf(cursor)).toBe(3);
    expect([inner.said, outer.said]).toEqual(Array(2).fill(['item', 'item', 'item', 'succeed undefined']));
    expect(Reflect.ownKeys(cursor)).toEqual(keys);
  });

  test('may be stepped by what opens it', async () => {
    const call = new Told();
    const cursor = cursorOf(todos());
    const eager = {
      next: cursor.next,
      [Symbol.asyncIterator](): AsyncIterator<object> {
        let ahead = this.next();
        return {
          next: async () => {
            const value = await ahead;
            ahead = this.next();
            return value === null ? { done: true, value } : { done: false, value };
          },
        };
      },
    };
    expect(await countOf(followed(call, eager))).toBe(3);
    expect(call.said).toEqual(['item', 'item', 'item', 'succeed null']);
  });

  test('is left as its user has changed it', async () => {
    const call = new Told();
    const cursor = followed(call, cursorOf(todos()));
    const { next } = cursor;
    let asked = 0;
    const counting = (): Promise<object | null> => {
      asked++;
      return next();
    };
    cursor.next = counting;
    expect(await countOf(cursor)).toBe(3);
    expect([asked, cursor.next]).toEqual([4, counting]);
    expect(call.said).toEqual(['item', 'item', 'item', 'succeed undefined']);
  });
});

describe('an iterator', () => {
  test('that is its own iterable is followed by hand, and in a loop', async () => {
    const call = new Told();
    const values = [1, 2, 3];
    const iterator = {
      next: async () => ({ done: values.length === 0, value: values.shift() }),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
    followed(call, iterator);
    await iterator.next();
    expect(call.said).toEqual(['item']);
    for await (const _ of iterator) if (values.length === 0) break;
    expect(call.said).toEqual(['item', 'item', 'item', 'close undefined']);
  });

  test('that cannot be overlaid, though it says so, ends its call and works', async () => {
    const call = new Told();
    const iterator = new Proxy(
      { next: async () => ({ done: true, value: 'end' }) },
      {
        defineProperty: () => false,
      },
    );
    const iterable = { [Symbol.asyncIterator]: () => iterator };
    expect(await followed(call, iterable)[Symbol.asyncIterator]().next()).toEqual({
      done: true,
      value: 'end',
    });
    expect(call.said).toEqual(['report following the iterator', 'succeed undefined']);
  });
});
