import { type Finding, median, oursAtMost } from './measure.ts';
import { run } from './processes/child.ts';
import type { SystemCost, SystemKind } from './processes/system-metrics.ts';

const SECONDS = 30;
const ROUNDS = 3;
const PERCENT = 100;
const PEER = 'host-metrics and runtime-node';
/** In a process that does little, V8 collects the garbage of its start later on: a tenth of a percent over half a minute. */
const FLAGS = ['--no-memory-reducer'];
/** Each in a process of its own, all at once: they take so little that a slow moment of the machine matters more. */
const PROCESSES: readonly (readonly [SystemKind, 'read' | 'unread'])[] = [
  ['bare', 'unread'],
  ['ours', 'read'],
  ['peers', 'read'],
  ['ours', 'unread'],
  ['peers', 'unread'],
];

/** What the metrics of the machine and the process cost when they are read every second, and when nobody does. */
export async function measureSystem(report: (finding: Finding) => void): Promise<void> {
  const rounds: SystemCost[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const costs = PROCESSES.map(([kind, isRead]) =>
      run<SystemCost>('system-metrics.js', [kind, String(SECONDS), isRead], FLAGS),
    );
    rounds.push(await Promise.all(costs));
  }
  const percents = PROCESSES.map((_, i) => median(rounds.map((costs) => (costs[i]?.share ?? 0) * PERCENT)));
  const [bare = 0, ours = 0, theirs = 0, oursUnread = 0, theirsUnread = 0] = percents;
  report({
    name: 'system metrics read every second, of a core',
    peer: PEER,
    unit: '%',
    bare,
    ours: ours - bare,
    theirs: theirs - bare,
    target: oursAtMost(0.2),
  });
  report({
    name: 'system metrics that nobody reads, of a core',
    peer: PEER,
    unit: '%',
    bare,
    ours: oursUnread - bare,
    theirs: theirsUnread - bare,
  });
  const millis = (process: number): number =>
    median(rounds.map((costs) => costs[process]?.collectionMillis ?? 0));
  report({
    name: 'one collection of all system metrics',
    peer: PEER,
    unit: 'ms',
    ours: millis(1),
    theirs: millis(2),
  });
}
