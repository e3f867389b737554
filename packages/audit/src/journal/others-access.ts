import { statSync } from 'node:fs';
import { tell } from '@org/instrument-core';

const WRITTEN_BY_ALL = 0o002;

/**
 * Warns of a directory of a journal that every user of the machine can write to, be it one where they cannot remove what is not
 * theirs (the sticky bit). Not of one that a group can: that is given to a directory on purpose (`fsGroup` of Kubernetes), or is of
 * one user alone. Windows has no such modes.
 *
 * @throws the error of the file system.
 */
export function warnOfOthers(directory: string): void {
  if (process.platform === 'win32') return;
  const { mode } = statSync(directory);
  if ((mode & WRITTEN_BY_ALL) === 0) return;
  const bits = (mode & 0o7777).toString(8).padStart(4, '0');
  tell(
    'warn',
    `audit: the directory of the journal, ${directory}, can be written by all users (mode ${bits}), who can put files of their own ` +
      `into it: chmod 700 ${directory}`,
  );
}
