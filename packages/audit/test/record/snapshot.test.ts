import fc from 'fast-check';
import { expect, test } from 'vitest';
import { snapshot } from '../../src/record/snapshot.ts';
import { nextErasure } from '../../src/subjects/erasures.ts';
import { madeOf, PersonalValue, personal } from '../../src/subjects/personal.ts';

test('is equal to its value, and shares no plain object, array or date with it', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withNullPrototype: true, withSparseArray: true }), (value) => {
      const copy = snapshot(value);
      expect(copy).toStrictEqual(value);
      expect(shared(value, copy)).toEqual([]);
    }),
  );
});

function shared(value: unknown, copy: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (value === copy) return [value];
  return Object.entries(value).flatMap(([key, inner]) =>
    shared(inner, (copy as Record<string, unknown>)[key]),
  );
}

test('keeps circles and instances as they are', () => {
  class Money {
    amount = 1;
  }
  const value = { money: new Money(), self: undefined as unknown };
  value.self = value;
  const copy = snapshot(value);
  expect(copy === value).toBe(false);
  expect(copy.self === copy).toBe(true);
  expect(copy.money).toBe(value.money);
});

test('reads a getter once, and keeps what does not let itself be read', () => {
  let runs = 0;
  const copy = snapshot({
    get lazy(): number {
      return ++runs;
    },
  });
  expect([copy.lazy, copy.lazy, runs]).toEqual([1, 1, 1]);
  const refusing = {
    get lazy(): number {
      throw new Error('not now');
    },
  };
  expect(snapshot(refusing) === refusing).toBe(true);
});

test('copies what belongs to a person, as such', () => {
  const address = { street: 'a' };
  const copy = snapshot({ home: personal('user:1', address) });
  address.street = 'b';
  expect(copy.home).toBeInstanceOf(PersonalValue);
  expect(copy.home).toEqual(personal('user:1', { street: 'a' }));
});

test('of what belongs to a person is as old as the original', () => {
  const value = personal('user:1', 'a');
  nextErasure();
  expect(madeOf(snapshot(value))).toBe(madeOf(value));
  expect(madeOf(personal('user:1', 'a'))).toBe(madeOf(value) + 1);
});

test('keeps the key __proto__ a key', () => {
  const copy = snapshot(JSON.parse('{"__proto__":{"admin":true}}') as object);
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(Object.keys(copy)).toEqual(['__proto__']);
});

test('never throws: what cannot be copied is kept', () => {
  const trap = (): never => {
    throw new Error('trap');
  };
  const hostile = new Proxy({}, { getPrototypeOf: trap, ownKeys: trap });
  expect(snapshot(hostile)).toBe(hostile);
  let deep: unknown = 0;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(() => snapshot(deep)).not.toThrow();
});
