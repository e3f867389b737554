import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Attributes } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { allAttributes, createIndex } from './recording-owner.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const TEXTS = 20;
const TEXT_BYTES = 4_000_000;

/** Twenty characters. */
const valueOfLine = (number: number): string => `value of line ${String(number).padStart(6, '0')}`;

/** The same, cut out of a text of four million. */
function cutOut(number: number): string {
  const text = `${valueOfLine(number)},${'x'.repeat(TEXT_BYTES)}`;
  return text.slice(0, text.indexOf(','));
}

/** Bytes of the heap that are left of what this did. */
function keptBy(record: () => void): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  record();
  collectGarbage();
  return process.memoryUsage().heapUsed - before;
}

test.each<[string, (value: string) => Attributes]>([
  ['a text', (value) => ({ value })],
  ['an element of an array', (value) => ({ value: [value] })],
])('%s that was cut out of a longer one keeps nothing of that one', (_name, attributesOf) => {
  const { index } = createIndex();
  const lines = Array.from({ length: TEXTS }, (_, number) => number);

  const kept = keptBy(() => {
    for (const number of lines) index.resolve(attributesOf(cutOut(number)));
  });

  expect(kept).toBeLessThan(TEXT_BYTES);
  expect(allAttributes(index)).toEqual(lines.map((number) => attributesOf(valueOfLine(number))));
});

test('a value that is known keeps nothing of the longer text that it was cut out of', () => {
  const { index } = createIndex();
  const other = index.resolve({ value: valueOfLine(0), code: 1 });
  const series = index.resolve({ value: valueOfLine(1), code: 1 });

  const keptOfKeysSeenLast = keptBy(() => expect(index.resolve({ value: cutOut(0), code: 1 })).toBe(other));
  const keptOfOtherKeys = keptBy(() => expect(index.resolve({ code: 1, value: cutOut(1) })).toBe(series));

  expect(keptOfKeysSeenLast).toBeLessThan(TEXT_BYTES);
  expect(keptOfOtherKeys).toBeLessThan(TEXT_BYTES);
});
