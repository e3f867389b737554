import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The regular files under a directory, at most so many. Links are not followed, so that each file is there once; `skip` is
 * left out, and so is what cannot be listed.
 */
export async function discover(root: string, limit: number, skip: string): Promise<string[]> {
  const files: string[] = [];
  const directories = [root];
  for (let next = directories.pop(); next !== undefined && files.length < limit; next = directories.pop()) {
    if (next === skip) continue;
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) directories.push(path);
      else if (entry.isFile() && files.length < limit) files.push(path);
    }
  }
  return files;
}
