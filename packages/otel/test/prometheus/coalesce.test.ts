import { expect, it } from 'vitest';
import { coalesce } from '../../src/prometheus/coalesce.ts';

function gatedRuns() {
  const gates: (() => void)[] = [];
  const shared = coalesce(() => {
    const number = gates.length;
    const finished = new Promise<void>((resolve) => gates.push(resolve));
    return { value: number, finished };
  });
  return { gates, shared };
}

it('shares one further run among all that come during one', async () => {
  const { gates, shared } = gatedRuns();
  const first = await shared();
  const during = Array.from({ length: 1_000 }, () => shared());
  gates[0]!();
  expect([first, ...new Set(await Promise.all(during))]).toEqual([0, 1]);
  expect(gates).toHaveLength(2);

  const later = shared();
  gates[1]!();
  expect(await later).toBe(2);
});

it('begins anew when nothing is in progress', async () => {
  const { gates, shared } = gatedRuns();
  await shared();
  gates[0]!();
  await new Promise(setImmediate);
  expect(await shared()).toBe(1);
});

it('goes on after a run that failed', async () => {
  let runs = 0;
  const shared = coalesce(() => {
    const value = runs++ === 0 ? Promise.reject<number>(new Error('first')) : Promise.resolve(2);
    return {
      value,
      finished: value.then(
        () => {},
        () => {},
      ),
    };
  });
  const both = [shared(), shared()];
  await expect(both[0]).rejects.toThrow('first');
  expect(await both[1]).toBe(2);
});
