import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

/** Puts a named pipe, which nobody writes to, in the place of whatever is there. */
export function putPipe(path: string): void {
  rmSync(path, { force: true });
  execFileSync('mkfifo', [path]);
}
