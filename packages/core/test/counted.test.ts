import { expect, test } from 'vitest';
import { counted, grouped } from '../src/counted.ts';

test.each([
  [0, '0 entries'],
  [1, '1 entry'],
  [2, '2 entries'],
  [999, '999 entries'],
  [1_000, '1,000 entries'],
  [12_345_678, '12,345,678 entries'],
])('%d is counted as %j', (count, words) => {
  expect(counted(count, 'entry', 'entries')).toBe(words);
});

test('most plurals need not be told', () => {
  expect([counted(1, 'span'), counted(20_000, 'span'), grouped(20_000)]).toEqual([
    '1 span',
    '20,000 spans',
    '20,000',
  ]);
});
