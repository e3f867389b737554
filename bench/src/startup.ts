import { atLeast, type Finding, median } from './measure.ts';
import { run } from './processes/child.ts';

/** Milliseconds since before the import. */
interface StartTimes {
  readonly firstRecord: number;
  readonly ready: number;
}

const STARTS = 15;

/** What a process pays before it works, each start in a fresh one, in turn. */
export async function measureStartup(report: (finding: Finding) => void): Promise<void> {
  const ours: StartTimes[] = [];
  const theirs: StartTimes[] = [];
  for (let i = -1; i < STARTS; i++) {
    const own = await run<StartTimes>('start-ours.js', []);
    const other = await run<StartTimes>('start-sdk-node.js', []);
    // The first of each reads its files from the disk.
    if (i < 0) continue;
    ours.push(own);
    theirs.push(other);
  }
  const finding = (time: keyof StartTimes): Pick<Finding, 'ours' | 'theirs' | 'peer' | 'unit'> => ({
    peer: 'sdk-node',
    unit: 'ms',
    ours: median(ours.map((times) => times[time])),
    theirs: median(theirs.map((times) => times[time])),
  });
  report({ ...finding('firstRecord'), name: 'import plus init() to the first record', target: atLeast(3) });
  report({ ...finding('ready'), name: 'import plus init() until /metrics listens' });
}
