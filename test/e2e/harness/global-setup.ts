import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildGoPrograms, type GoPrograms } from './go-programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the programs are that were built for the tests. */
    programs: GoPrograms;
  }
}

/** What every test needs is there before the first begins; what is missing is said plainly. */
export default function setup(project: TestProject): void {
  for (const program of ['prometheus', 'promtool']) {
    if (spawnSync(program, ['--version']).error !== undefined) {
      throw new Error(
        `The end-to-end tests need ${program} on the PATH: the Debian package \`prometheus\` has it.`,
      );
    }
  }
  const built = join(import.meta.dirname, '..', '..', '..', 'examples', 'ast-pipeline', 'dist', 'main.js');
  if (!existsSync(built)) throw new Error('The end-to-end tests run what is built: run `pnpm build` first.');
  project.provide('programs', buildGoPrograms());
}
