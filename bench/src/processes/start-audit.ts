import type { SideName } from '../audit/sides.ts';

/** Who is started. */
export type StartedName = Extract<SideName, 'ours' | 'sqlite' | 'pino'>;

/** Says how many milliseconds after the import was begun something could be put on record. */
const [name, directory] = process.argv.slice(2) as [StartedName, string];
const begun = performance.now();
const close = await openers()[name]();
process.send?.(performance.now() - begun);
process.on('disconnect', () => process.exit());
await close();

function openers(): Readonly<Record<StartedName, () => Promise<() => unknown>>> {
  return {
    ours: async () => {
      const { createAudit } = await import('@org/instrument-audit/journal');
      const audit = createAudit({ directory });
      return () => audit.close();
    },
    sqlite: async () => {
      const { openSqlite } = await import('../peers/sqlite-table.js');
      const side = openSqlite(directory, false);
      return () => side.close();
    },
    pino: async () => {
      const { pino } = await import('pino');
      const destination = pino.destination({ dest: `${directory}/pino.log`, sync: true });
      pino(destination);
      return () => destination.end();
    },
  };
}
