import { expect, it, vi } from 'vitest';
import { unixMillisOf } from '../../src/spans/wall-clock.ts';

it('follows the system when its clock is set, to half a millisecond', () => {
  let monotonic = 0;
  let started = 1_700_000_000_000;
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic);
  vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(started + monotonic));
  for (let i = 1; i <= 40; i++) {
    monotonic += 2_000 + i / 20;
    started += i % 2 === 0 ? 37 : -50;
    const apart = unixMillisOf(monotonic) - (started + monotonic);
    // What a number of this size holds is a quarter of a microsecond.
    expect(Math.abs(apart)).toBeLessThanOrEqual(0.501);
  }
  vi.restoreAllMocks();
});
