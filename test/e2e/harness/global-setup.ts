import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildGoPrograms, type GoPrograms } from './go-programs.ts';
import { buildOpenSearch } from './opensearch-program.ts';
import { findPostgres, postgresUser } from './postgres.ts';

/** Programs that are on the `PATH`, and the Debian packages that have them. */
const PROGRAMS = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'redis-server': 'redis-server',
} as const;

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the programs are that were built for the tests. */
    programs: GoPrograms;
    /** What Java has to be given to run OpenSearch. */
    openSearch: { readonly classPath: string };
  }
}

/** What every test needs is there before the first begins; what is missing is said plainly. */
export default function setup(project: TestProject): void {
  const missing = [...missingPrograms(), ...problemsOf(findPostgres), ...problemsOf(postgresUser)];
  if (missing.length > 0) throw new Error(`The end-to-end tests need\n- ${missing.join('\n- ')}`);
  const built = join(import.meta.dirname, '..', '..', '..', 'examples', 'ast-pipeline', 'dist', 'main.js');
  if (!existsSync(built)) throw new Error('The end-to-end tests run what is built: run `pnpm build` first.');
  project.provide('programs', buildGoPrograms());
  project.provide('openSearch', { classPath: buildOpenSearch() });
}

function missingPrograms(): string[] {
  return Object.entries(PROGRAMS)
    .filter(([program]) => spawnSync(program, ['--version']).error !== undefined)
    .map(([program, name]) => `${program} on the PATH: the Debian package \`${name}\` has it.`);
}

/** What a look-up throws, if it does. */
function problemsOf(lookUp: () => unknown): string[] {
  try {
    lookUp();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
