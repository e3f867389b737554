import { type Finding, median, oursAtMost } from '../measure.ts';
import type { Delays } from '../processes/audit-pace.ts';
import { inTurn } from './in-turn.ts';
import type { SideName } from './sides.ts';

const ROUNDS = 3;
const LIMIT_MILLIS = 5;
const SIDES = ['ours', 'sqlite', 'pino'] as const satisfies SideName[];
/** Whoever gets through fewer of what was due is behind, and further with every second. */
const KEEPS_UP = 0.99;

/** How long it takes until an entry is on disk, when 5,000 of them come a second. */
export async function measurePace(report: (finding: Finding) => void): Promise<void> {
  const said = await inTurn<(typeof SIDES)[number], Delays>('audit-pace.js', SIDES, ROUNDS);
  const of = (side: keyof typeof said, figure: keyof Delays): number =>
    median(said[side].map((delays) => delays[figure]));
  const behind = (side: keyof typeof said): string => {
    const share = of(side, 'share');
    return share >= KEEPS_UP ? '' : `, which gets through ${Math.round(share * 100)} %`;
  };
  for (const figure of ['p50', 'p99'] as const) {
    const finding = {
      name: `until durable, 5,000 entries a second: ${figure}`,
      unit: 'ms',
      ours: of('ours', figure),
      target: figure === 'p99' ? oursAtMost(LIMIT_MILLIS) : undefined,
    } as const;
    const sqlite = `better-sqlite3, an insert each${behind('sqlite')}`;
    report({ ...finding, peer: sqlite, theirs: of('sqlite', figure) });
    const pino = `pino, and fdatasync of each${behind('pino')}`;
    report({ ...finding, peer: pino, target: undefined, theirs: of('pino', figure) });
  }
}
