import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/child.ts';

/** Beside the packages, on their disk: what a system has for temporary files may be memory. */
const PLACE = join(import.meta.dirname, '..', '..', 'node_modules');

/** With a directory of its own, which is removed after. */
export async function inDirectory<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(PLACE, '.audit-'));
  try {
    return await act(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a program says of each name, in a fresh process and directory each, in turn, round by round. */
export async function inTurn<Name extends string, T>(
  program: string,
  names: readonly Name[],
  rounds: number,
): Promise<Readonly<Record<Name, readonly T[]>>> {
  const said = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, T[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      said[name].push(await inDirectory((directory) => run<T>(program, [name, directory])));
    }
  }
  return said;
}
