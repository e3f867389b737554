import { type Finding, oursAtMost } from './measure.ts';
import { run } from './processes/child.ts';
import type { SystemCost, SystemKind } from './processes/system-metrics.ts';

const SECONDS = 30;
const PERCENT = 100;
const PEER = 'host-metrics and runtime-node';

/** What the metrics of the machine and the process cost when they are read every second, and when they are not. */
export async function measureSystem(report: (finding: Finding) => void): Promise<void> {
  const cost = (kind: SystemKind, isRead: 'read' | 'unread'): Promise<SystemCost> =>
    run<SystemCost>('system-metrics.js', [kind, String(SECONDS), isRead]);
  const bare = await cost('bare', 'read');
  const [ours, theirs] = [await cost('ours', 'read'), await cost('peers', 'read')];
  const [oursUnread, theirsUnread] = [await cost('ours', 'unread'), await cost('peers', 'unread')];
  const percent = ({ share }: SystemCost): number => (share - bare.share) * PERCENT;
  const of = { peer: PEER, unit: '%', bare: bare.share * PERCENT } as const;
  report({
    ...of,
    name: 'system metrics read every second, of a core',
    ours: percent(ours),
    theirs: percent(theirs),
    target: oursAtMost(0.2),
  });
  report({
    ...of,
    name: 'system metrics that nobody reads, of a core',
    ours: percent(oursUnread),
    theirs: percent(theirsUnread),
  });
  report({
    name: 'one collection of all system metrics',
    peer: PEER,
    unit: 'ms',
    ours: ours.collectionMillis,
    theirs: theirs.collectionMillis,
  });
}
