import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keep } from './keep.ts';
import { CACHE, ROOT } from './paths.ts';
import { run } from './run.ts';

/** What a project's `package.json` says. */
export interface Manifest {
  readonly type?: 'module' | 'commonjs';
  /** Exact versions, `npm:` aliases, or `file:` URLs of tarballs. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Writes `package.json` into a new directory, and runs `npm install` there. */
export async function installWithNpm(directory: string, manifest: Manifest): Promise<void> {
  writeManifest(directory, manifest);
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  await run('npm', ['install', ...flags], { cwd: directory });
}

/**
 * The same with pnpm, where a package sees nothing but what it declares.
 *
 * @param overrides where packages come from that others depend on: ours are in no registry yet.
 */
export async function installWithPnpm(
  directory: string,
  manifest: Manifest,
  overrides: Readonly<Record<string, string>>,
): Promise<void> {
  writeManifest(directory, manifest);
  // JSON is YAML. Scripts of dependencies need not run, and that they do not is no failure.
  // Copied, not linked: tarballs of one project are read while another one links the same files, which changes their ctime.
  const settings = { packages: [], overrides, strictDepBuilds: false, packageImportMethod: 'copy' };
  writeFileSync(join(directory, 'pnpm-workspace.yaml'), JSON.stringify(settings));
  await run(join(ROOT, 'node_modules', '.bin', 'pnpm'), ['install', '--no-lockfile'], { cwd: directory });
}

/** Of `@yarnpkg/cli-dist`. */
const YARN = '4.18.1';

/**
 * The same with Yarn, whose Plug'n'Play has no `node_modules`: packages stay in their archives, and a package finds what it declares.
 *
 * @param resolutions where packages come from that others depend on.
 */
export async function installWithYarn(
  directory: string,
  manifest: Manifest,
  resolutions: Readonly<Record<string, string>>,
): Promise<void> {
  const tool = await keep(join(CACHE, `yarn-${YARN}`), (target) =>
    installWithNpm(target, { dependencies: { '@yarnpkg/cli-dist': YARN } }),
  );
  writeManifest(directory, { ...manifest, resolutions });
  // Without a file of its own, it would belong to a project further up.
  writeFileSync(join(directory, 'yarn.lock'), '');
  const registry = new URL((await run('npm', ['config', 'get', 'registry'], { cwd: directory })).trim());
  const settings = {
    enableGlobalCache: false,
    enableTelemetry: false,
    nodeLinker: 'pnp',
    npmRegistryServer: registry.href.replace(/\/$/, ''),
    unsafeHttpWhitelist: [registry.hostname],
  };
  writeFileSync(join(directory, '.yarnrc.yml'), JSON.stringify(settings));
  const yarn = join(tool, 'node_modules', '@yarnpkg', 'cli-dist', 'bin', 'yarn.js');
  // In CI it would refuse to write the lock file.
  await run('node', [yarn, 'install', '--no-immutable'], { cwd: directory });
}

function writeManifest(directory: string, manifest: object): void {
  mkdirSync(directory, { recursive: true });
  const text = JSON.stringify({ name: 'throw-away', private: true, ...manifest });
  writeFileSync(join(directory, 'package.json'), text);
}
