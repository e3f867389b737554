import { type Finding, median, oursAtMost } from '../measure.ts';
import type { RecordTimes } from '../processes/audit-record.ts';
import { inTurn } from './in-turn.ts';
import type { SideName } from './sides.ts';

const ROUNDS = 5;
const LIMIT_MICROS = 10;

/** What `audit.record()` takes of the caller's thread, beside a logger that writes within the call, and syncs nothing. */
export async function measureRecordCalls(report: (finding: Finding) => void): Promise<void> {
  const sides = ['ours', 'pino', 'ours, redacting', 'pino, redacting'] as const satisfies SideName[];
  const said = await inTurn<(typeof sides)[number], RecordTimes>('audit-record.js', sides, ROUNDS);
  const time = (side: keyof typeof said, of: keyof RecordTimes): number =>
    median(said[side].map((times) => times[of]));
  const target = oursAtMost(LIMIT_MICROS);
  const call = { name: 'audit.record(): the call', peer: 'pino, which does not sync', unit: 'µs' } as const;
  const turn = { ...call, name: 'audit.record(), all that its turn does for it' };
  report({ ...call, target, ours: time('ours', 'call'), theirs: time('pino', 'call') });
  report({
    ...call,
    name: 'audit.record() that redacts, 3 paths and 2 patterns: the call',
    peer: 'pino, 3 paths, no patterns',
    target,
    ours: time('ours, redacting', 'call'),
    theirs: time('pino, redacting', 'call'),
  });
  report({ ...turn, ours: time('ours', 'turn'), theirs: time('pino', 'turn'), bare: time('ours', 'bare') });
}
