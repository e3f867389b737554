import { expect, test } from 'vitest';
import { BoundedWords } from '../src/bounded-words.ts';
import { cutOut, keptBy, WHOLE_LENGTH } from './kept-memory.ts';

test('the first words are told apart, and those beyond are other', () => {
  const words = new BoundedWords(3);
  expect(['a', 'b', 'a', 'c', 'd', 'b', 'e'].map((word) => words.admit(word))).toEqual([
    ...['a', 'b', 'a', 'c', 'other', 'b', 'other'],
  ]);
});

test('what is longer than a name is cut, and takes one place', () => {
  const words = new BoundedWords(1);
  expect(words.admit(`${'x'.repeat(64)}a`)).toBe('x'.repeat(64));
  expect(words.admit(`${'x'.repeat(64)}b`)).toBe('x'.repeat(64));
});

test('nothing is kept of the longer texts that they were cut out of', async () => {
  const words = new BoundedWords(20);
  const kept = await keptBy(() => {
    for (let i = 0; i < 20; i++) words.admit(cutOut(`cut out of an answer ${i}`));
  });
  expect(kept).toBeLessThan(WHOLE_LENGTH);
  expect(words.admit('cut out of an answer 19')).toBe('cut out of an answer 19');
});
