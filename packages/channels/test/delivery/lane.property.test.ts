import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Severity } from '../../src/notification.ts';
import { useScratch } from '../outbox/scratch.ts';
import { BEHAVIOURS, type Behaviour, type Program, type Step, World } from './world.ts';

const scratch = useScratch();

const step = (maxWait: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('put' as const),
        key: fc.nat(3),
        severity: fc.constantFrom<Severity>('info', 'warning', 'error', 'critical'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), millis: fc.nat(maxWait) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('die' as const) }) },
  );

function programs(behaviours: readonly Behaviour[], maxWait: number): fc.Arbitrary<Program> {
  return fc.record({
    steps: fc.array(step(maxWait), { maxLength: 60, size: 'max' }),
    behaviours: fc.array(fc.constantFrom(...behaviours), { minLength: 1, maxLength: 8 }),
    maxBatch: fc.integer({ min: 1, max: 5 }),
    batchDelay: fc.constantFrom(0, 0, 150),
    rate: fc.option(fc.record({ count: fc.integer({ min: 1, max: 4 }), per: fc.constantFrom(50, 500) }), {
      nil: undefined,
    }),
    failures: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    maxNotifications: fc.constantFrom(3, 10, 1_000),
  });
}

function checkAll(world: World): void {
  const { put, lacked, taken, dead, starts, program } = world;
  // Nothing is lost: each is taken, or a dead letter; and nothing waits in the end.
  const buried = new Set(dead.map(({ notification }) => notification.id));
  for (const id of [...put.map(({ id }) => id), ...lacked])
    expect(taken.includes(id) || buried.has(id)).toBe(true);
  expect(dead).toHaveLength(buried.size);
  expect(world.lane.status.waiting).toBe(0);
  // Order of each key, repeats aside, and what a channel that goes on after its signal has taken after it had been given up.
  const first = [...new Set(taken)].filter((id) => !world.takenTooLate.has(id));
  for (const key of new Set(put.map((each) => each.key))) {
    const ids = put.filter((each) => each.key === key).map(({ id }) => id);
    const order = first.filter((id) => ids.includes(id));
    expect(order).toEqual(ids.filter((id) => order.includes(id)));
  }
  // What was refused alone, or gave way to others, is given up for no other reason.
  for (const { reason } of dead) expect(['rejected', 'overflow', 'uncertain']).toContain(reason);
  // Never more than so many in any stretch.
  const { rate } = program;
  if (rate === undefined || world.lives > 1) return;
  for (let i = rate.count; i < starts.length; i++) {
    expect((starts[i] as number) - (starts[i - rate.count] as number)).toBeGreaterThanOrEqual(rate.per);
  }
}

describe('whatever a channel does', () => {
  it('nothing is lost, the order of each key is kept, and all bounds are', async () => {
    await fc.assert(
      fc.asyncProperty(programs(BEHAVIOURS, 400), async (program) => {
        const world = new World(program, undefined);
        await world.run();
        checkAll(world);
      }),
      { numRuns: 300 },
    );
  });

  it('nothing is repeated by channels that say what they have taken', async () => {
    const honest = BEHAVIOURS.filter((each) => each !== 'late');
    await fc.assert(
      fc.asyncProperty(programs(honest, 400), async (program) => {
        const world = new World(program, undefined);
        await world.run();
        expect(new Set(world.taken).size).toBe(world.taken.length);
      }),
      { numRuns: 100 },
    );
  });

  it('and whenever the process dies, nothing is lost and only what was under way is repeated, once', async () => {
    // Most of the time something is under way that has been taken, and has not been said to be.
    const honest = BEHAVIOURS.map((each) =>
      each === 'late' || each === 'ask' || each === 'hang' ? 'slow' : each,
    );
    await fc.assert(
      fc.asyncProperty(programs(honest, 60), async (program) => {
        const world = new World(program, scratch());
        await world.run();
        checkAll(world);
        const times = new Map<string, number>();
        for (const id of world.taken) times.set(id, (times.get(id) ?? 0) + 1);
        for (const [id, count] of times) {
          expect(count).toBeLessThanOrEqual(2);
          expect(count).toBeLessThanOrEqual(1 + (world.underWay.get(id) ?? 0));
        }
        // Two ends are what it takes to be given up for.
        for (const { reason, notification } of world.dead) {
          if (reason === 'uncertain') expect(world.underWay.get(notification.id)).toBeGreaterThanOrEqual(2);
        }
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
