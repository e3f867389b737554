import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { countOf, followed, Told } from './told.ts';

/** More than the stack has room for, were each to lay something over the object. */
const MANY = 20_000;

function* numbers(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

/** Returns the object from each of many calls, and what the later ones were told in all. */
function handOn(object: object, streamOption?: boolean): string[] {
  const said = new Set<string>();
  for (let i = 0; i < MANY; i++) {
    const call = new Told(streamOption);
    expect(followed(call, object) === object).toBe(true);
    for (const what of call.said) said.add(what);
  }
  return [...said];
}

describe('what an earlier call follows still ends the later ones at once', () => {
  test('a generator that is handed out for each item', () => {
    const first = new Told();
    const generator = followed(first, numbers());
    expect(handOn(generator)).toEqual(['succeed undefined']);
    expect(generator.next().value).toBe(0);
    expect(first.said).toEqual(['item']);
  });

  test('an async iterable whose methods return it', async () => {
    class Queue {
      readonly #items = [1, 2];
      async *[Symbol.asyncIterator](): AsyncGenerator<number> {
        yield* this.#items;
      }
    }
    const first = new Told();
    const queue = followed(first, new Queue());
    expect(handOn(queue)).toEqual(['succeed undefined']);
    expect(await countOf(queue)).toBe(2);
    expect(first.said).toEqual(['item', 'item', 'succeed undefined']);
  });

  test('a query builder', async () => {
    const first = new Told();
    // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
    const query = followed(first, { then: (resolve: (rows: string) => void) => resolve('rows') });
    expect(handOn(query)).toEqual(['succeed undefined']);
    expect(await query).toBe('rows');
    expect(first.said).toEqual(['succeed rows']);
  });

  test('a Node.js stream', async () => {
    const first = new Told(true);
    const stream = followed(first, new PassThrough());
    expect(handOn(stream, true)).toEqual(['succeed undefined']);
    stream.end('x');
    expect(await stream.toArray()).toHaveLength(1);
    expect(first.said).toEqual(['item', 'succeed undefined']);
    expect(Object.hasOwn(stream, 'emit')).toBe(false);
  });

  test('a web stream, which is the same for all', async () => {
    const [first, second] = [new Told(), new Told()];
    const source = ReadableStream.from(['a']);
    const stream = followed(first, source);
    expect(followed(second, source)).toBe(stream);
    expect(second.said).toEqual(['succeed undefined']);
    expect(stream.locked).toBe(false);
    expect(await countOf(stream)).toBe(1);
    expect(first.said).toEqual(['item', 'succeed undefined']);
  });
});

describe('what was followed to its end', () => {
  test('is followed again, and left as it was, by however many calls', async () => {
    let count = 0;
    /** Its own iterable, and without `return`. */
    const feed = {
      next: async () => ({ done: ++count % 3 === 0, value: count }),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
    const { next } = feed;
    for (let i = 0; i < MANY / 4; i++) {
      // The function around the one that made it began first, and is told, too.
      const [outer, inner] = [new Told(), new Told()];
      const said = [outer.said, inner.said];
      for await (const _ of followed(outer, followed(inner, feed))) if (i % 2 === 0) break;
      expect(said).toEqual(Array(2).fill(['item', i % 2 === 0 ? 'close undefined' : `succeed ${count}`]));
    }
    expect(Reflect.ownKeys(feed)).toEqual(['next', Symbol.asyncIterator]);
    expect(feed.next).toBe(next);
  });

  test('by a generator, too', () => {
    const [first, second] = [new Told(), new Told()];
    const generator = followed(first, (function* () {})());
    expect(generator.next().done).toBe(true);
    expect(followed(second, generator).next().done).toBe(true);
    expect([first.said, second.said]).toEqual(Array(2).fill(['succeed undefined']));
    expect(Reflect.ownKeys(generator)).toEqual([]);
  });

  test('ends its call at once when it is a stream of Node.js, which tells nothing more', async () => {
    const readable = Readable.from(['a']);
    await readable.toArray();
    const writable = new Writable().destroy();
    await vi.waitFor(() => expect(writable.closed).toBe(true));
    for (const stream of [readable, writable]) {
      const call = new Told(true);
      followed(call, stream);
      expect(call.said).toEqual(['succeed undefined']);
    }
  });
});

describe('a Node.js stream that only takes', () => {
  const sink = (error?: Error): Writable => new Writable({ write: (_chunk, _encoding, done) => done(error) });

  test('ends when all is written, fails, or is cancelled', async () => {
    const [good, bad, left] = [new Told(true), new Told(true), new Told(true)];
    followed(good, sink()).end('x');
    const failing = followed(bad, sink(new Error('disk full')));
    failing.on('error', () => {});
    failing.end('x');
    followed(left, sink()).destroy();
    expect([good, bad, left].map((call) => call.said)).toEqual([[], [], []]);
    await vi.waitFor(() =>
      expect([good, bad, left].map((call) => call.said)).toEqual([
        ['succeed undefined'],
        ['fail disk full'],
        ['cancel'],
      ]),
    );
    expect(Object.hasOwn(failing, 'emit')).toBe(false);
  });

  test('is a plain value by default', () => {
    const call = new Told();
    const stream = sink();
    expect(followed(call, stream)).toBe(stream);
    expect([call.said, Object.hasOwn(stream, 'emit')]).toEqual([['succeed an object'], false]);
  });
});
