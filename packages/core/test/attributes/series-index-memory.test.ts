import type { Attributes } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { cutOut, keptBy, WHOLE_LENGTH } from '../kept-memory.ts';
import { allAttributes, createIndex } from './recording-owner.ts';

const LINES = Array.from({ length: 20 }, (_, line) => `value of line ${line}`);

test.each<[string, (value: string) => Attributes]>([
  ['a text', (value) => ({ value })],
  ['an element of an array', (value) => ({ value: [value] })],
])('%s that was cut out of a longer one keeps nothing of that one', async (_name, attributesOf) => {
  const { index } = createIndex();

  const kept = await keptBy(() => {
    for (const line of LINES) index.resolve(attributesOf(cutOut(line)));
  });

  expect(kept).toBeLessThan(WHOLE_LENGTH);
  expect(allAttributes(index)).toEqual(LINES.map(attributesOf));
});

test('a value that is known keeps nothing of the longer text that it was cut out of', async () => {
  const { index } = createIndex();
  const [first, second] = ['value of line 0', 'value of line 1'];
  const other = index.resolve({ value: first, code: 1 });
  const series = index.resolve({ value: second, code: 1 });

  const keptOfKeysSeenLast = await keptBy(() =>
    expect(index.resolve({ value: cutOut(first), code: 1 })).toBe(other),
  );
  const keptOfOtherKeys = await keptBy(() =>
    expect(index.resolve({ code: 1, value: cutOut(second) })).toBe(series),
  );

  expect(keptOfKeysSeenLast).toBeLessThan(WHOLE_LENGTH);
  expect(keptOfOtherKeys).toBeLessThan(WHOLE_LENGTH);
});
