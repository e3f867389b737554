import { expect, test } from 'vitest';
import { ReadingWindow } from '../../../src/checks/metric/window.ts';

test('a reading is compared with the latest one that is as old as the window, or the oldest there is', () => {
  const window = new ReadingWindow<string>(100);
  expect(window.add(0, 'a')).toBeUndefined();
  expect(window.add(50, 'b')?.value).toBe('a');
  expect(window.add(100, 'c')?.value).toBe('a');
  expect(window.add(148, 'd')?.value).toBe('a');
  expect(window.add(150, 'e')?.value).toBe('b');
  expect(window.add(1_000, 'f')?.value).toBe('e');
});

test('however often it is read, it holds 61 readings, and its beginning is off by a sixtieth', () => {
  const window = new ReadingWindow<number>(60_000);
  for (let now = 0; now <= 600_000; now += 7) {
    const baseline = window.add(now, now);
    if (now <= 60_000) continue;
    expect(now - (baseline?.value ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(now - (baseline?.value ?? 0)).toBeLessThan(61_010);
  }
  expect(window.size).toBeLessThanOrEqual(62);
});
