import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { instrumentFunction } from '../../src/index.ts';
import { settle, useRecording } from '../recording.ts';

const recording = useRecording();

/** Starts when its `then` is called, as the query builders of knex and Prisma do. */
class LazyQuery implements PromiseLike<string> {
  started = 0;
  #table = 'none';

  from(table: string): this {
    this.#table = table;
    return this;
  }

  // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
  then<A, B>(
    onFulfilled?: ((value: string) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.started++;
    const run =
      this.#table === 'none' ? Promise.reject(new SyntaxError('from?')) : Promise.resolve(this.#table);
    return run.then(onFulfilled, onRejected);
  }
}

describe('a lazy thenable', () => {
  test('is not started by instrumentation, can be refined, and is the very object', async () => {
    const query = new LazyQuery();
    const select = instrumentFunction(() => query);
    const returned = select();
    expect(returned).toBe(query);
    await settle();
    expect(query.started).toBe(0);
    expect(Object.keys(query)).toEqual(['started']);
    expect(await returned.from('orders')).toBe('orders');
    expect(query.started).toBe(1);
    expect(recording.current.outcomes).toEqual(['none']);
  });

  test('is observed for its first consumer only, and left without traces', async () => {
    const query = instrumentFunction(() => new LazyQuery().from('orders'))();
    expect([await query, await query]).toEqual(['orders', 'orders']);
    expect(Object.hasOwn(query, 'then')).toBe(false);
    expect(recording.current.begun).toBe(1);
    expect(recording.current.ended).toHaveLength(1);
  });

  test('that rejects is recorded with the class of the error, handled or not by a second argument', async () => {
    const select = instrumentFunction(() => new LazyQuery());
    await expect(select()).rejects.toThrow('from?');
    expect(await select().then(undefined, () => 'handled')).toBe('handled');
    expect(recording.current.outcomes).toEqual(['SyntaxError', 'SyntaxError']);
  });

  test('calls the handlers of the consumer in the context of the consumer', async () => {
    const storage = new AsyncLocalStorage<string>();
    const query = instrumentFunction(() => new LazyQuery().from('orders'))();
    const seen = await storage.run('consumer', () => query.then(() => storage.getStore()));
    expect(seen).toBe('consumer');
  });

  test('that is frozen ends its call at once', async () => {
    const query = Object.freeze(new LazyQuery());
    expect(instrumentFunction(() => query)()).toBe(query);
    expect(recording.current.outcomes).toEqual(['none']);
  });
});

describe('a subclass of Promise', () => {
  test('keeps its class and identity, and is observed', async () => {
    class Task<T> extends Promise<T> {
      readonly id = 7;
    }
    const task = Task.resolve(1) as Task<number>;
    const returned = instrumentFunction(() => task)();
    expect(returned).toBe(task);
    expect(returned.id).toBe(7);
    expect(await returned).toBe(1);
    expect(recording.current.outcomes).toEqual(['none']);
  });
});
