import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All bytes of all files of a directory. */
export function everythingIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
