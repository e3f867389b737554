import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Makes a file or directory once, under a name that says all that it is made of. Made beside its place and then renamed,
 * so that a run that is cut short leaves nothing half-made, and two that race do no harm.
 */
export async function keep(path: string, make: (target: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const workshop = mkdtempSync(`${path}.making-`);
  try {
    const target = join(workshop, 'made');
    await make(target);
    if (!existsSync(path)) renameSync(target, path);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return path;
}
