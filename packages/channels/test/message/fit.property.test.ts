import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonOf } from '../../src/http/json.ts';
import { fit, fitLine } from '../../src/message/fit.ts';
import { cutText, lineOf, printable } from '../../src/text.ts';
import { anyText } from './arbitrary.ts';

const html = (text: string): string =>
  text.replace(/[<&]/g, (character) => (character === '<' ? '&lt;' : '&amp;'));
const unescaped = (text: string): string => text.replace(/&lt;/g, '<').replace(/&amp;/g, '&');
const anyLength = fc.integer({ min: 0, max: 300 });

test('what fits is as long as it may be at most, well-formed, and its beginning is that of the text', () => {
  fc.assert(
    fc.property(anyText, anyLength, (text, length) => {
      const fitted = fit(text, length, html);
      expect(fitted.length).toBeLessThanOrEqual(length);
      expect(fitted).not.toMatch(/\p{Surrogate}/u);
      expect(fitted).not.toMatch(/<|&(?!lt;|amp;)/);
      const whole = printable(text);
      const shown = unescaped(fitted);
      const isWhole = shown === whole;
      if (!isWhole && length > 0) expect(shown.endsWith('…')).toBe(true);
      expect(isWhole || whole.startsWith(shown.slice(0, -1))).toBe(true);
      // No more is cut than must be.
      if (html(whole).length <= length && text.length <= length) expect(isWhole).toBe(true);
    }),
  );
});

test('a line is one line, and no more than its length', () => {
  fc.assert(
    fc.property(anyText, anyLength, (text, length) => {
      const line = fitLine(text, length);
      expect(line.length).toBeLessThanOrEqual(length);
      expect(line).not.toMatch(/[\n\r\t\u2028]|\p{Cc}|\p{Surrogate}/u);
      if (text.length <= length) expect(line).toBe(lineOf(text));
    }),
  );
});

test('a cut never makes half a character', () => {
  fc.assert(
    fc.property(anyText, anyLength, (text, length) => {
      const short = cutText(text, length);
      expect(short.length).toBeLessThanOrEqual(length);
      expect(short).not.toMatch(/\p{Surrogate}/u);
      if (text.length <= length) expect(short).toBe(text.toWellFormed());
    }),
  );
});

test('JSON says the same, save what no UTF-8 can say', () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.array(anyText))), (value) => {
      const parsed = JSON.parse(jsonOf(value));
      const isWellFormed = !/\p{Surrogate}/u.test(Object.entries(value).flat(2).join('\n'));
      if (isWellFormed) expect(parsed).toEqual(JSON.parse(JSON.stringify(value)));
      // Keys and values, however they are nested.
      expect(Object.entries(parsed).flat(2).join('\n')).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});
