import { statSync } from 'node:fs';
import { tell } from '../fault/tell.ts';

const WRITTEN_BY_ALL = 0o002;

/**
 * Warns of a directory that every user of the machine can write to, be it one where they cannot remove what is not theirs (the
 * sticky bit). Not of one that a group can: that is given to a directory on purpose (`fsGroup` of Kubernetes), or is of one user
 * alone. Windows has no such modes.
 *
 * @param what the directory, in words: `audit: the directory of the journal`
 * @param risk what others can do there: `can put files of their own into it`
 * @throws the error of the file system.
 */
export function warnOfOthers(directory: string, what: string, risk: string): void {
  if (process.platform === 'win32') return;
  const { mode } = statSync(directory);
  if ((mode & WRITTEN_BY_ALL) === 0) return;
  const bits = (mode & 0o7777).toString(8).padStart(4, '0');
  tell(
    'warn',
    `${what}, ${directory}, can be written by all users (mode ${bits}), who ${risk}: chmod 700 ${directory}`,
  );
}
