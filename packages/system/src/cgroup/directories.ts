import { join } from 'node:path';

/**
 * The directory of a group and of those above it, the innermost first. In a container, its own group is often the root of
 * what it sees, whatever path it is said to have.
 */
export function groupDirectories(top: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..' && name !== '.');
  return Array.from({ length: names.length + 1 }, (_, depth) =>
    join(top, ...names.slice(0, names.length - depth)),
  );
}

/** The least of the limits that there are. */
export function leastOf(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
