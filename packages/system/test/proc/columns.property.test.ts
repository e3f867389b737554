import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf } from '../../src/proc/columns.ts';
import { endOfDigits, numberAt } from '../../src/proc/digits.ts';

/** Up to 2⁶⁴, beyond which no counter of the kernel goes. */
const digits = fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String);
const blanks = fc.integer({ min: 1, max: 12 }).map((count) => ' '.repeat(count));

test('digits are the number that JavaScript reads them as, of whatever length', () => {
  const around = fc.constantFrom('', ' ', 'kB', '\n', '.', '-');
  fc.assert(
    fc.property(around, digits, around, (before, number, after) => {
      const text = `${before}${number}${after}`;
      const end = endOfDigits(text, before.length);
      expect(end).toBe(before.length + number.length);
      expect(numberAt(text, before.length, end)).toBe(Number(number));
    }),
  );
});

test('columns are the numbers of a line, however many blanks are between them', () => {
  const cells = fc.array(fc.tuple(blanks, digits), { maxLength: 20 });
  fc.assert(
    fc.property(cells, fc.nat({ max: 24 }), fc.constantFrom('', '\n', ' \n 7 8'), (line, most, rest) => {
      const text = `eth0:${line.flat().join('')}${rest}`;
      const numbers = line.map(([, number]) => Number(number));
      expect(columnsOf(text, 'eth0:'.length, most)).toEqual(numbers.slice(0, most));
    }),
  );
});

test('a line with something else among its numbers has none', () => {
  const something = fc.constantFrom('-1', '1.5', '1e3', '0x1f', 'NaN', '7kB', '9'.repeat(400));
  const numbers = fc.array(digits, { maxLength: 5 });
  fc.assert(
    fc.property(numbers, something, numbers, (before, word, after) => {
      expect(columnsOf([...before, word, ...after].join(' '), 0, 11)).toEqual([]);
    }),
  );
});
