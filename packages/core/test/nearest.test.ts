import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../src/nearest.ts';

test.each([
  ['timeuot', ['timeout', 'interval'], 'timeout'],
  ['TIMEOUT', ['timeout'], 'timeout'],
  ['bd', ['cache', 'db'], 'db'],
  ['databse', ['data', 'database'], 'database'],
  ['x', ['a', 'b'], undefined],
  ['A', ['a'], 'a'],
  ['colour', ['weight'], undefined],
  ['', ['a'], undefined],
  ['anything', [], undefined],
  ['warn', ['info', 'warning', 'critical'], 'warning'],
  ['Crit', ['info', 'warning', 'critical'], 'critical'],
  ['in', ['info', 'warning'], undefined],
  ['time', ['timeout', 'timestamp'], undefined],
  ['base2_red_green', ['red_green', 'blue_green'], 'red_green'],
  ['red_x_green', ['dark_x_green', 'green_red'], 'green_red'],
  ['red.green', ['dark_red_green', 'red_light_green'], undefined],
])('%j among %j most likely stands for %j', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test('what may have been meant is asked for words alone', () => {
  const known = ['info', 'warning'];
  expect([didYouMean('warnin', known), didYouMean('blue', known), didYouMean(7, known)]).toEqual([
    'Did you mean warning?',
    undefined,
    undefined,
  ]);
});
