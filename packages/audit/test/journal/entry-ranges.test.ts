import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EntryRange, firstOutside, joinRanges } from '../../src/journal/entry-ranges.ts';

const range = fc.tuple(fc.nat(30), fc.nat(5)).map(([first, more]) => ({ first, last: first + more }));
const ranges = fc.array(range, { maxLength: 8 });

function indexesOf(given: readonly EntryRange[]): Set<number> {
  return new Set(
    given.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
  );
}

test('ranges that are joined are the same entries, ascending, with something between any two', () => {
  fc.assert(
    fc.property(ranges, (given) => {
      const joined = joinRanges(given);
      expect([...indexesOf(joined)]).toEqual([...indexesOf(given)].sort((a, b) => a - b));
      for (const [i, { first }] of joined.entries())
        expect(first).toBeGreaterThan((joined[i - 1]?.last ?? -2) + 1);
    }),
  );
});

test('the first entries outside of others are found, all that stand together', () => {
  fc.assert(
    fc.property(ranges, ranges, (given, others) => {
      const inside = indexesOf(others);
      const asked = indexesOf(given);
      const outside = [...asked].filter((index) => !inside.has(index)).sort((a, b) => a - b);
      const found = firstOutside(given, others);
      expect(found?.first).toBe(outside[0]);
      if (found === undefined) return;
      let last = found.first;
      while (outside.includes(last + 1)) last++;
      expect(found.last).toBe(last);
    }),
  );
});
