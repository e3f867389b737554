import { type Finding, median } from '../measure.ts';
import { run } from '../processes/child.ts';
import type { Imported } from '../processes/import-audit.ts';
import type { StartedName } from '../processes/start-audit.ts';
import { inDirectory, inTurn } from './in-turn.ts';

const STARTS = 15;
const ENTRIES = 10_000;

/** What a process pays before anything can be put on record, each start in a fresh one; and what audit adds to `import`. */
export async function measureAuditStart(report: (finding: Finding) => void): Promise<void> {
  const names = ['ours', 'sqlite', 'pino'] as const satisfies StartedName[];
  // The first of each reads its files from the disk.
  await inTurn('start-audit.js', names, 1);
  const fresh = await inTurn<(typeof names)[number], number>('start-audit.js', names, STARTS);
  const made = { name: 'import plus createAudit(), a new journal', unit: 'ms' } as const;
  const ours = median(fresh.ours);
  report({ ...made, peer: 'better-sqlite3, a new file', ours, theirs: median(fresh.sqlite) });
  report({ ...made, peer: 'pino', ours, theirs: median(fresh.pino) });
  await measureOpening(report);
  await measureImport(report);
}

/** The same of a journal with entries. */
async function measureOpening(report: (finding: Finding) => void): Promise<void> {
  await inDirectory((own) =>
    inDirectory(async (other) => {
      await run('audit-burst.js', ['ours', own, String(ENTRIES)]);
      await run('audit-burst.js', ['sqlite, hundreds', other, String(ENTRIES)]);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let i = 0; i < STARTS; i++) {
        ours.push(await run<number>('start-audit.js', ['ours', own]));
        theirs.push(await run<number>('start-audit.js', ['sqlite', other]));
      }
      report({
        name: 'import plus createAudit(), a journal of 10,000 entries',
        peer: 'better-sqlite3, a file of 10,000 rows',
        unit: 'ms',
        ours: median(ours),
        theirs: median(theirs),
      });
    }),
  );
}

/** What `import '@org/instrument'` loads of audit, whether it is asked for or not, beside all that it loads. */
async function measureImport(report: (finding: Finding) => void): Promise<void> {
  const times: Imported[] = [];
  for (let i = 0; i < STARTS; i++) times.push(await run<Imported>('import-audit.js', ['time']));
  const code = await run<Imported>('import-audit.js', ['bytes']);
  const finding = { name: "part of audit in import '@org/instrument'", peer: 'all of it' } as const;
  const [ours, theirs] = [median(times.map(({ audit }) => audit)), median(times.map(({ all }) => all))];
  report({ ...finding, name: `${finding.name}: time`, unit: 'ms', ours, theirs });
  report({ ...finding, name: `${finding.name}: code`, unit: 'B', ours: code.audit, theirs: code.all });
}
