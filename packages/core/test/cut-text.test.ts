import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningOf, cutText } from '../src/cut-text.ts';

describe('a text that is cut', () => {
  it('has its length at most, is a beginning, and tears no character of two units', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(texts, fc.nat(50), (text, max) => {
        const beginning = beginningOf(text, max);
        expect(beginning.length).toBeLessThanOrEqual(max);
        expect(text.startsWith(beginning)).toBe(true);
        expect(beginning.isWellFormed()).toBe(true);
        expect(beginning.length).toBeGreaterThanOrEqual(Math.min(text.length, max - 1));
      }),
    );
  });

  it('ends in an ellipsis within its length, and is whole where it fits', () => {
    expect(cutText('abcdef', 6)).toBe('abcdef');
    expect(cutText('abcdefg', 6)).toBe('abcde…');
    expect(cutText('abcd😀g', 6)).toBe('abcd…');
    expect(cutText('ab', 1)).toBe('…');
    expect(beginningOf('😀', 1)).toBe('');
    expect(beginningOf('abc', 0)).toBe('');
  });
});
