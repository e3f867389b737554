import { expect, it } from 'vitest';
import { DoublingWait } from '../src/index.ts';

it('what fails again and again is waited for twice as long each time, up to the longest wait', () => {
  const wait = new DoublingWait(100, 700);
  const next = (count: number): number[] => Array.from({ length: count }, () => wait.next());
  expect(next(5)).toEqual([100, 200, 400, 700, 700]);
  wait.reset();
  expect(next(2)).toEqual([100, 200]);
});
