import type { AuditOperation } from '@org/instrument-audit';

/** Who puts operations on record, in a process of its own. */
export type SideName =
  | 'ours'
  | 'ours, redacting'
  | 'pino'
  | 'pino, redacting'
  | 'sqlite'
  | 'sqlite, hundreds';

/** What puts operations on record in a directory. */
export interface Side {
  /** In its own way: at once, or together with those that follow. */
  put(operation: AuditOperation): void;
  /** The same; what is returned resolves once it is on disk, `undefined`: it is there. */
  putDurably(operation: AuditOperation): Promise<void> | undefined;
  /** Resolves once everything is on disk. */
  settle(): Promise<void>;
  /** How many there are on disk. */
  count(): number;
  close(): Promise<void>;
}

/** Opens a side, and loads no other. */
export async function openSide(name: SideName, directory: string): Promise<Side> {
  const [kind, way] = name.split(', ');
  switch (kind) {
    case 'ours':
      return (await import('./journal-side.js')).openJournal(directory, way === 'redacting');
    case 'pino':
      return (await import('../peers/pino-file.js')).openPino(directory, way === 'redacting');
    default:
      return (await import('../peers/sqlite-table.js')).openSqlite(directory, way === 'hundreds');
  }
}
