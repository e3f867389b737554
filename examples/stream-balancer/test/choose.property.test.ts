import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evenOut, type Load, leastLoaded } from '../src/balance/choose.ts';

const loads: fc.Arbitrary<Load<number>[]> = fc
  .array(fc.nat(50), { maxLength: 8 })
  .map((counts) => counts.map((streams, worker) => ({ worker, streams })));

describe('leastLoaded', () => {
  it('is one that none has fewer streams than, the first of them', () => {
    fc.assert(
      fc.property(loads, (given) => {
        const least = Math.min(...given.map(({ streams }) => streams));
        expect(leastLoaded(given)).toBe(given.find(({ streams }) => streams === least)?.worker);
      }),
    );
  });

  it('is nobody where there is nobody', () => {
    expect(leastLoaded([])).toBeUndefined();
  });
});

describe('evenOut', () => {
  it('leaves loads that differ by one at most, by no more moves than it takes', () => {
    fc.assert(
      fc.property(loads, (given) => {
        const after = given.map(({ streams }) => streams);
        const moves = evenOut(given);
        for (const { from, to } of moves) {
          after[from]!--;
          after[to]!++;
        }
        const total = after.reduce((sum, streams) => sum + streams, 0);
        expect(total).toBe(given.reduce((sum, { streams }) => sum + streams, 0));
        expect(Math.max(0, ...after) - Math.min(...after, Math.max(0, ...after))).toBeLessThanOrEqual(1);
        // What is above the rounded-up share must leave, what is below the rounded-down one must come.
        const share = total / given.length;
        const above = given.reduce((sum, { streams }) => sum + Math.max(0, streams - Math.ceil(share)), 0);
        const below = given.reduce((sum, { streams }) => sum + Math.max(0, Math.floor(share) - streams), 0);
        expect(moves).toHaveLength(Math.max(above, below));
      }),
    );
  });

  it('gives a worker that is new its share, from the most loaded ones', () => {
    const given = [
      { worker: 'a', streams: 5 },
      { worker: 'b', streams: 4 },
      { worker: 'new', streams: 0 },
    ];
    expect(evenOut(given)).toEqual([
      { from: 'a', to: 'new' },
      { from: 'a', to: 'new' },
      { from: 'b', to: 'new' },
    ]);
  });
});
