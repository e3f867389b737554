import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { installWithNpm, installWithPnpm, installWithYarn, type Manifest } from './install.ts';
import { keep } from './keep.ts';
import { CACHE, FIXTURES } from './paths.ts';
import { run } from './run.ts';

/** Versions, or where they come from, by name. */
type Dependencies = Readonly<Record<string, string>>;

interface Manager {
  install(directory: string, dependencies: Dependencies, ours: Dependencies): Promise<void>;
  /** What it leaves of use. */
  readonly leaves: readonly string[];
}

const MANAGERS = {
  npm: {
    install: (directory, dependencies, ours) =>
      installWithNpm(directory, { dependencies: { ...dependencies, ...ours } }),
    leaves: ['node_modules'],
  },
  // With both, the other packages are found by the overrides only.
  pnpm: {
    install: (directory, dependencies, ours) =>
      installWithPnpm(directory, { dependencies: { ...dependencies, '@org/instrument': '*' } }, ours),
    leaves: ['node_modules'],
  },
  yarn: {
    install: (directory, dependencies, ours) =>
      installWithYarn(directory, { dependencies: { ...dependencies, '@org/instrument': '*' } }, ours),
    leaves: ['.pnp.cjs', '.pnp.loader.mjs', '.yarn'],
  },
} satisfies Record<string, Manager>;

const directories: string[] = [];

/** Removes the projects of a test file when it is done. */
export function removeProjects(): void {
  afterAll(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
}

/**
 * A throw-away project outside of the repository, so that nothing of it is found by accident: our tarballs, the API, the
 * dependencies, and the files of a fixture. What was installed is kept for the next run, as long as no tarball and no
 * version changes.
 *
 * @returns its directory.
 */
export async function createProject(
  fixture: string,
  manifest: Manifest,
  manager: keyof typeof MANAGERS = 'npm',
): Promise<string> {
  const tarballs = inject('tarballs');
  const ours = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  const dependencies = { '@opentelemetry/api': '1.9.1', ...manifest.dependencies };
  const content = [manager, dependencies, tarballs.map(({ hash }) => hash), process.platform, process.arch];
  const key = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  const archive = await keep(join(CACHE, `${fixture}-${key}.tar`), async (target) => {
    const project = `${target}.project`;
    const { install, leaves } = MANAGERS[manager];
    await install(project, dependencies, ours);
    await run('tar', ['-cf', target, ...leaves], { cwd: project });
  });
  // Not stale: it is in use.
  utimesSync(archive, new Date(), new Date());
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `instrument-packed-${fixture}-`)));
  directories.push(directory);
  await run('tar', ['-xf', archive], { cwd: directory });
  cpSync(join(FIXTURES, fixture), directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, ...manifest }));
  return directory;
}
