import { statSync } from 'node:fs';
import { tell } from '@org/instrument-core';

const WRITTEN_BY_OTHERS = 0o002;

/**
 * Warns of a directory that every user of the machine can write: a directory that was made here is the user's alone. Windows has
 * no such modes.
 *
 * @throws the error of the file system.
 */
export function warnOfOthers(directory: string): void {
  if (process.platform === 'win32') return;
  const { mode } = statSync(directory);
  if ((mode & WRITTEN_BY_OTHERS) === 0) return;
  const bits = (mode & 0o777).toString(8);
  tell(
    'warn',
    `channels: the directory of the outboxes, ${directory}, can be written by all users (mode ${bits}), who can take out what ` +
      `waits, and put in what is sent: chmod 700 ${directory}`,
  );
}
