import { operation } from '../audit/operation.ts';
import { openSide, type SideName } from '../audit/sides.ts';

/** How many entries were brought to disk, and how long that took. */
export interface Burst {
  readonly entries: number;
  readonly seconds: number;
}

const WARM_UP = 10_000;
const CHUNK = 100;
/** After that long it is known, also of somebody who would take minutes. */
const LONGEST_MILLIS = 3_000;
const LONGEST_WARM_UP_MILLIS = 1_000;
const MILLIS_PER_SECOND = 1_000;

/** `entries`: makes that many, and is not in a hurry. */
const [name, directory, entries] = process.argv.slice(2) as [SideName, string, string | undefined];
const side = await openSide(name, directory);
let next = 0;
if (entries === undefined) await put(WARM_UP, LONGEST_WARM_UP_MILLIS);
const first = next;
const begun = performance.now();
await put(Number(entries ?? 100_000), entries === undefined ? LONGEST_MILLIS : Number.POSITIVE_INFINITY);
const seconds = (performance.now() - begun) / MILLIS_PER_SECOND;
const count = side.count();
if (count !== next) throw new Error(`${count} of ${next} operations are on record`);
await side.close();
process.on('disconnect', () => process.exit());
process.send?.({ entries: next - first, seconds } satisfies Burst);

async function put(most: number, longestMillis: number): Promise<void> {
  const deadline = performance.now() + longestMillis;
  const end = next + most;
  while (next < end && performance.now() < deadline) {
    for (let i = 0; i < CHUNK; i++) side.put(operation(next++));
  }
  await side.settle();
}
