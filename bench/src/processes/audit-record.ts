import { setImmediate as nextTurn } from 'node:timers/promises';
import { operation } from '../audit/operation.ts';
import { openSide, type SideName } from '../audit/sides.ts';
import { median } from '../measure.ts';

/** Microseconds of one operation. */
export interface RecordTimes {
  /** Of the call alone. */
  readonly call: number;
  /** Of the call and all that the thread does for it until it is on disk, one in each turn of the event loop. */
  readonly turn: number;
  /** Of such a turn without one, which has been taken off. */
  readonly bare: number;
}

const WARM_UP = 300;
const ROUNDS = 300;
const BATCH = 100;
const MICROS_PER_MILLI = 1_000;

const [name, directory] = process.argv.slice(2) as [SideName, string];
const side = await openSide(name, directory);
let next = 0;
const put = (): void => side.put(operation(next++));

const calls: number[] = [];
const turns: number[] = [];
const bare: number[] = [];
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const call = timeOfCalls();
  await nextTurn();
  const turn = await timeOfTurns(put);
  const without = await timeOfTurns(() => {});
  if (round < 0) continue;
  calls.push(call);
  turns.push(turn - without);
  bare.push(without);
}
await side.settle();
if (side.count() !== next) throw new Error(`${side.count()} of ${next} operations are on record`);
await side.close();
process.on('disconnect', () => process.exit());
process.send?.({ call: micros(calls), turn: micros(turns), bare: micros(bare) } satisfies RecordTimes);

function timeOfCalls(): number {
  const begun = performance.now();
  for (let i = 0; i < BATCH; i++) put();
  return performance.now() - begun;
}

async function timeOfTurns(act: () => void): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < BATCH; i++) {
    act();
    await nextTurn();
  }
  return performance.now() - begun;
}

function micros(batches: readonly number[]): number {
  return (median(batches) * MICROS_PER_MILLI) / BATCH;
}
