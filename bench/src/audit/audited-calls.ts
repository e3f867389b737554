import { type Finding, median } from '../measure.ts';
import type { CallTimes } from '../processes/audit-calls.ts';
import { inTurn } from './in-turn.ts';

const ROUNDS = 5;

/** What an audited call takes beyond the bare one, the writes at the end of the turn included. */
export async function measureAuditedCalls(report: (finding: Finding) => void): Promise<void> {
  const { all } = await inTurn<'all', CallTimes>('audit-calls.js', ['all'], ROUNDS);
  const time = (of: keyof CallTimes): number => median(all.map((times) => times[of]));
  const finding = (ours: keyof CallTimes, theirs: keyof CallTimes, bare: keyof CallTimes) =>
    ({
      unit: 'µs',
      ours: time(ours) - time(bare),
      theirs: time(theirs) - time(bare),
      bare: time(bare),
    }) as const;
  const [before, after] = ['pino, by hand before and after', 'pino, by hand after'];
  const name = 'overhead on an async no-op, audited';
  report({ ...finding('written', 'twice', 'bare'), name: `${name}: written`, peer: before });
  report({ ...finding('queued', 'once', 'bare'), name: `${name}: queued`, peer: after });
  report({
    ...finding('writtenTogether', 'twiceTogether', 'bareTogether'),
    name: `${name}: written, 100 calls at once`,
    peer: before,
  });
}
