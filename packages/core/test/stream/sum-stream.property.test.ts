import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MeterProvider } from '../../src/index.ts';
import { DELTA, valuesOf } from '../collected.ts';

/** Near the bounds where integers of 32 bits, and whole float64 numbers, end. */
const EDGES = [2 ** 30, 2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53].flatMap((edge) => [edge - 1, edge, edge + 2]);

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 2, arbitrary: fc.constantFrom(...EDGES, ...EDGES.map((edge) => -edge), -0) },
  { weight: 2, arbitrary: fc.constantFrom(0.1, -0.1, 0.7, 1e-9) },
  { weight: 1, arbitrary: fc.double() },
);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'bound' as const), value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collect' as const) }) },
  // Makes room for more series.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('others' as const) }) },
);

function start() {
  const provider = new MeterProvider({});
  const counter = provider.getMeter('test').createUpDownCounter('s');
  const bound = counter.bind({});
  let others = 0;
  return {
    provider,
    add: (amount: number, isBound: boolean) => (isBound ? bound.add(amount) : counter.add(amount)),
    addOthers: () => {
      for (let i = 0; i < 5; i++) counter.add(1, { other: others++ });
    },
    /** Of the series without attributes. */
    valueIn: async (collector: ReturnType<typeof provider.addCollector>) =>
      (await valuesOf(collector, 's')).find(([{ other }]) => other === undefined)?.[1],
  };
}

test('a sum is that of adding one by one, to the bit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { provider, add, addOthers, valueIn } = start();
      const reader = provider.addCollector();
      let expected: number | undefined;
      for (const current of steps) {
        if (current.do === 'others') addOthers();
        else if (current.do === 'collect') expect(await valueIn(reader)).toBe(expected);
        else {
          expected = (expected ?? 0) + current.value;
          add(current.value, current.do === 'bound');
        }
      }
      expect(await valueIn(reader)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});

test('so is that of each interval, and a total that of the intervals, whenever readers come and go', async () => {
  const program = fc.record({ before: fc.array(step), during: fc.array(step), after: fc.array(step) });
  await fc.assert(
    fc.asyncProperty(program, async ({ before, during, after }) => {
      const { provider, add, addOthers, valueIn } = start();
      const whole = provider.addCollector();
      let total = 0;
      let interval: number | undefined;
      const run = async (steps: typeof before, collect: () => Promise<void>): Promise<void> => {
        for (const current of steps) {
          if (current.do === 'others') addOthers();
          else if (current.do === 'collect') await collect();
          else {
            interval = (interval ?? 0) + current.value;
            add(current.value, current.do === 'bound');
          }
        }
      };
      const readWhole = async (): Promise<void> =>
        expect((await valueIn(whole)) ?? 0).toBe(total + (interval ?? 0));
      await run(before, readWhole);
      const deltas = provider.addCollector(DELTA);
      // What was recorded before it came is in its first interval.
      let isFirst = true;
      total = interval ?? 0;
      interval = undefined;
      const readInterval = async (): Promise<void> => {
        const all = (isFirst ? total : 0) + (interval ?? 0);
        expect((await valueIn(deltas)) ?? 0).toBe(all);
        isFirst = false;
        total += interval ?? 0;
        interval = undefined;
      };
      await run(during, readInterval);
      await readInterval();
      deltas.close();
      interval = total;
      total = 0;
      await run(after, readWhole);
      await readWhole();
    }),
    { numRuns: 1_000 },
  );
});
