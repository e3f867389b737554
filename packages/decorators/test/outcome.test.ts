import { errorTypeOf, isAbort } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import { cutOut, keptBy, WHOLE_LENGTH } from '../../core/test/kept-memory.ts';
import { admitErrorType, admitWord } from '../src/outcome.ts';

describe('the class of an error', () => {
  test('is the name of its constructor', () => {
    class PaymentRefused extends Error {}
    expect(errorTypeOf(new PaymentRefused())).toBe('PaymentRefused');
    expect(errorTypeOf(new TypeError())).toBe('TypeError');
    expect(errorTypeOf(new Error())).toBe('Error');
  });

  test('is its name where the constructor says nothing', () => {
    expect(errorTypeOf(new DOMException('late', 'TimeoutError'))).toBe('TimeoutError');
    expect(errorTypeOf(Object.assign(new Error(), { name: 'Custom' }))).toBe('Custom');
  });

  test('is the type of what is no error', () => {
    expect(['text', 1, 1n, undefined, null, Symbol.iterator, {}, () => {}].map(errorTypeOf)).toEqual([
      ...['string', 'number', 'bigint', 'undefined', 'null', 'symbol', 'object', 'function'],
    ]);
  });

  test('is Error for what cannot be looked at', () => {
    const trap = (): never => {
      throw new Error('trap');
    };
    const hostile = new Proxy(new Error(), { get: trap, getPrototypeOf: trap });
    expect(errorTypeOf(hostile)).toBe('Error');
    expect(isAbort(hostile)).toBe(false);
  });
});

test('an abort is told by its name', () => {
  expect(isAbort(AbortSignal.abort().reason)).toBe(true);
  expect(isAbort(new Error('AbortError'))).toBe(false);
  expect(isAbort('AbortError')).toBe(false);
});

describe('labels are bounded', () => {
  test('to 20 words and 50 classes of errors per operation, then other', () => {
    const words = Array.from({ length: 25 }, (_, i) => admitWord('bounded', `word-${i}`));
    expect(words[19]).toBe('word-19');
    expect(words.slice(20)).toEqual(Array(5).fill('other'));
    expect(admitWord('bounded', 'word-3')).toBe('word-3');
    expect(admitWord('another', 'word-24')).toBe('word-24');
    const types = Array.from({ length: 51 }, (_, i) => admitErrorType('bounded', `E${i}`));
    expect(types.slice(49)).toEqual(['E49', 'other']);
  });

  test('to 64 characters', () => {
    expect(admitWord('long', 'x'.repeat(1_000))).toHaveLength(64);
  });
});

test('words and classes keep nothing of the longer texts that they were cut out of', async () => {
  const words = Array.from({ length: 20 }, (_, number) => `cut out of an answer ${number}`);
  const kept = await keptBy(() => {
    for (const word of words) {
      admitWord('kept', cutOut(word));
      admitErrorType('kept', cutOut(word));
    }
  });
  expect(kept).toBeLessThan(WHOLE_LENGTH);
  expect(words.map((word) => admitWord('kept', word))).toEqual(words);
});
