import type { Attributes } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { valueTable } from '../../src/attributes/value-table.ts';
import { allAttributes, createIndex } from './recording-owner.ts';

const OVERFLOW = { 'otel.metric.overflow': true };

describe('attributes of one series', () => {
  test('may come in any order of keys', () => {
    const { index } = createIndex();
    const series = index.resolve({ a: 1, b: 'x', c: true });
    expect(index.resolve({ c: true, b: 'x', a: 1 })).toBe(series);
    expect(index.resolve({ b: 'x', a: 1, c: true })).toBe(series);
    expect(index.size).toBe(1);
  });

  test('are told apart by the type of a value', () => {
    const { index } = createIndex();
    const values = [1, '1', true, 'true', [1], ['1'], [true], '', []];
    expect(new Set(values.map((v) => index.resolve({ v } as Attributes))).size).toBe(values.length);
  });

  test('take NaN as equal to itself, and -0 as 0', () => {
    const { index } = createIndex();
    expect(index.resolve({ v: Number.NaN })).toBe(index.resolve({ v: Number.NaN }));
    expect(index.resolve({ v: -0 })).toBe(index.resolve({ v: 0 }));
  });

  test('may have no prototype, be frozen, or be absent', () => {
    const { index } = createIndex();
    const series = index.resolve({ a: 1 });
    expect(index.resolve(Object.assign(Object.create(null), { a: 1 }))).toBe(series);
    expect(index.resolve(Object.freeze({ a: 1 }))).toBe(series);
    expect(index.resolve(undefined)).toBe(index.resolve({}));
    expect(index.resolve(null as unknown as undefined)).toBe(index.resolve({}));
  });

  test('do not include inherited properties', () => {
    const { index } = createIndex();
    const heir = Object.assign(Object.create({ inherited: 1 }), { own: 2 });
    expect(index.attributes(index.resolve(heir))).toEqual({ own: 2 });
  });

  test('an array that changed between two recordings is resolved by what it holds', () => {
    const { index } = createIndex();
    const list = ['a'];
    const attributes = { list };
    const first = index.resolve(attributes);
    list.push('b');
    const second = index.resolve(attributes);
    list.pop();
    expect(second).not.toBe(first);
    expect(index.resolve(attributes)).toBe(first);
    expect(allAttributes(index)).toEqual([{ list: ['a'] }, { list: ['a', 'b'] }]);
  });

  test('are handed out as copies that nobody can change the series with', () => {
    const { index } = createIndex();
    const series = index.resolve({ a: 1, list: ['x'] });
    index.attributes(series).a = 2;
    expect(() => (index.attributes(series).list as string[]).push('y')).toThrow(TypeError);
    expect(index.attributes(series)).toEqual({ a: 1, list: ['x'] });
  });
});

describe('what is no attribute value', () => {
  test('is left out, and said, unless it is absent', () => {
    const { index, refused } = createIndex();
    const odd = { a: 1, b: undefined, c: null, d: () => 1, e: { f: 1 }, g: [{}], h: 1n, i: Symbol('s') };
    expect(index.attributes(index.resolve(odd as unknown as Attributes))).toEqual({ a: 1 });
    expect(refused).toEqual(['d', 'e', 'g', 'h', 'i']);
  });

  test('null is left out even when an array with a hole was seen before', () => {
    const { index } = createIndex();
    index.resolve({ a: ['x', null] });
    expect(index.resolve({ a: null } as unknown as Attributes)).toBe(index.resolve({}));
  });

  test('the holes of a sparse array are holes like null and undefined', () => {
    const { index } = createIndex();
    // biome-ignore lint/suspicious/noSparseArray: the test is about sparse arrays
    const series = index.resolve({ a: [, 'q'] as string[] });
    expect(index.resolve({ a: [undefined, 'q'] })).toBe(series);
    expect(index.resolve({ a: [null, 'q'] })).toBe(series);
    expect(index.attributes(series)).toEqual({ a: [null, 'q'] });
    expect(index.resolve({ a: undefined })).toBe(index.resolve({}));
  });
});

describe('a cardinality limit', () => {
  test('sends further attributes to the overflow series, and counts each time', () => {
    const { index, counts } = createIndex(3);
    for (const a of [1, 2, 3, 4, 3, 1]) index.resolve({ a });
    expect(allAttributes(index)).toEqual([{ a: 1 }, { a: 2 }, OVERFLOW]);
    expect(counts.overflowed).toBe(3);
  });

  test('of 1 leaves the overflow series only', () => {
    const { index } = createIndex(1);
    expect([index.resolve({}), index.resolve({ a: 1 })]).toEqual([0, 0]);
    expect(allAttributes(index)).toEqual([OVERFLOW]);
  });

  test('shows the overflow attribute even where a view keeps other keys only', () => {
    const { index } = createIndex(3, (key) => key === 'a');
    for (const a of [1, 2, 3]) index.resolve({ a });
    expect(allAttributes(index)).toEqual([{ a: 1 }, { a: 2 }, OVERFLOW]);
  });

  test('does not make a second overflow series where the attribute was recorded before', () => {
    const { index } = createIndex(3);
    index.resolve(OVERFLOW);
    for (const a of [1, 2, 3]) index.resolve({ a });
    expect(allAttributes(index)).toEqual([OVERFLOW, { a: 1 }]);
  });

  test('that is raised lets in what overflowed', () => {
    const { index } = createIndex(2);
    index.resolve({ a: 1 });
    const overflow = index.resolve({ a: 2 });
    index.limit = 10;
    expect(index.resolve({ a: 2 })).not.toBe(overflow);
  });
});

describe('100,000 distinct values', () => {
  test('leave as many series and values as the limit allows', () => {
    const { index, counts } = createIndex(1_000);
    const before = valueTable.size;
    for (let i = 0; i < 100_000; i++) index.resolve({ id: `many-${i}` });
    expect(index.size).toBe(1_000);
    expect(counts.overflowed).toBe(100_000 - 999);
    expect(valueTable.size - before).toBeLessThanOrEqual(1_000);
  });

  test('are told apart without a limit, and found again', () => {
    const { index } = createIndex(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 100_000; i++) index.resolve({ id: i, kind: i % 3 });
    expect(index.size).toBe(100_000);
    for (let i = 0; i < 100_000; i += 997) expect(index.resolve({ kind: i % 3, id: i })).toBe(i);
  });
});

test('more orders of keys than are kept still fall into one series', () => {
  const { index } = createIndex();
  const permute = (before: string[], rest: string[]): void => {
    if (rest.length === 0) index.resolve(Object.fromEntries(before.map((key) => [key, key])));
    for (const key of rest)
      permute(
        [...before, key],
        rest.filter((other) => other !== key),
      );
  };
  // 7! = 5,040 orders; 4,096 are kept.
  permute([], ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  expect(index.size).toBe(1);
});
