import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A copy of a journal as a process leaves it that is killed at this moment. */
export function crashCopy(directory: string, to: string): string {
  cpSync(directory, to, { recursive: true });
  // Its process is gone; this one is not.
  rmSync(join(to, 'lock'), { force: true });
  return to;
}
