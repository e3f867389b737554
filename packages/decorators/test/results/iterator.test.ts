import { EventEmitter, on } from 'node:events';
import { describe, expect, test } from 'vitest';
import { instrumentFunction } from '../../src/index.ts';
import { useRecording } from '../recording.ts';

const recording = useRecording();

/** As a database cursor: iterable, with other methods and private state. */
class Cursor {
  readonly #rows = [1, 2, 3];

  async toArray(): Promise<number[]> {
    return [...this.#rows];
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    yield* this.#rows;
  }
}

describe('an async iterable', () => {
  test('is the very object, with working methods, and its first iteration is the call', async () => {
    const cursor = new Cursor();
    const returned = instrumentFunction(() => cursor)();
    expect(returned).toBe(cursor);
    expect(await returned.toArray()).toEqual([1, 2, 3]);
    const rows: number[] = [];
    for await (const row of returned) rows.push(row);
    for await (const row of returned) rows.push(row);
    expect(rows).toEqual([1, 2, 3, 1, 2, 3]);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([3]);
    expect(Reflect.ownKeys(returned)).toEqual([]);
  });

  test('whose iterator steps the object itself has each item counted once, and ends when it is done', async () => {
    class Documents {
      readonly #documents: { done?: boolean }[] = [{ done: true }, { done: false }, {}];

      async next(): Promise<object | null> {
        return this.#documents.shift() ?? null;
      }

      async *[Symbol.asyncIterator](): AsyncGenerator<object> {
        for (let found = await this.next(); found !== null; found = await this.next()) yield found;
      }
    }
    const found = instrumentFunction(() => new Documents())();
    for await (const _ of found) expect(recording.current.outcomes).toEqual([]);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([3]);
    expect(Reflect.ownKeys(found)).toEqual([]);
  });

  test('makes the operation a streaming one with the first call', () => {
    const open = instrumentFunction(() => new Cursor(), 'rows');
    open();
    open();
    expect(recording.current.operations.map((operation) => operation.streaming)).toEqual([false, true]);
  });

  test('whose iterator has no return is still seen to be left early', async () => {
    const bare = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }) };
    for await (const _ of instrumentFunction(() => bare)()) break;
    expect(recording.current.outcomes).toEqual(['none']);
  });

  test('that is an iterator itself is observed when it is stepped by hand', async () => {
    const emitter = new EventEmitter();
    const events = instrumentFunction(() => on(emitter, 'event'))();
    emitter.emit('event', 'payload');
    expect(await events.next()).toEqual({ done: false, value: ['payload'] });
    await events.return?.();
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([1]);
  });

  test('that fails to open ends with the error', () => {
    const broken = {
      [Symbol.asyncIterator](): AsyncIterator<number> {
        throw new RangeError('closed');
      },
    };
    const returned = instrumentFunction(() => broken)();
    expect(() => returned[Symbol.asyncIterator]()).toThrow('closed');
    expect(recording.current.outcomes).toEqual(['RangeError']);
  });

  test('that is frozen, or taken as a value with stream: false, ends its call at once', () => {
    const frozen = Object.freeze(new Cursor());
    expect(instrumentFunction(() => frozen)()).toBe(frozen);
    const cursor = new Cursor();
    expect(instrumentFunction(() => cursor, { stream: false })()).toBe(cursor);
    expect(recording.current.outcomes).toEqual(['none', 'none']);
  });
});
