import { type Finding, median, oursAtLeast } from '../measure.ts';
import type { Burst } from '../processes/audit-burst.ts';
import { inTurn } from './in-turn.ts';
import type { SideName } from './sides.ts';

const ROUNDS = 5;
const WANTED_PER_SECOND = 50_000;

/** How many entries a second are brought to disk when 100,000 come at once. */
export async function measureBurst(report: (finding: Finding) => void): Promise<void> {
  const sides = ['ours', 'pino', 'sqlite', 'sqlite, hundreds'] as const satisfies SideName[];
  const said = await inTurn<(typeof sides)[number], Burst>('audit-burst.js', sides, ROUNDS);
  const rate = (side: keyof typeof said): number =>
    median(said[side].map(({ entries, seconds }) => entries / seconds));
  const finding = {
    name: 'durable entries, 100,000 at once',
    unit: 'entries/s',
    ours: rate('ours'),
  } as const;
  const target = oursAtLeast(WANTED_PER_SECOND);
  report({ ...finding, peer: 'pino, which does not sync, with one sync after all', theirs: rate('pino') });
  report({ ...finding, peer: 'better-sqlite3, an insert each', target, theirs: rate('sqlite') });
  const hundreds = rate('sqlite, hundreds');
  report({ ...finding, peer: 'better-sqlite3, 100 in a transaction', theirs: hundreds });
}
