import { expect, it } from 'vitest';
import { backOffMillis } from '../../src/otlp-transport/back-off.ts';

it('the pause before a retry grows from one second to five, by a fifth more or less', () => {
  const waits = (random: number) =>
    [0, 1, 2, 3, 4, 50].map((retry) => Math.round(backOffMillis(retry, random)));
  expect(waits(0.5)).toEqual([1_000, 1_500, 2_250, 3_375, 5_000, 5_000]);
  expect(waits(0)).toEqual([800, 1_200, 1_800, 2_700, 4_000, 4_000]);
  expect(waits(1)).toEqual([1_200, 1_800, 2_700, 4_050, 6_000, 6_000]);
});
