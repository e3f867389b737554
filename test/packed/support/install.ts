import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.ts';
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

function writeManifest(directory: string, manifest: Manifest): void {
  mkdirSync(directory, { recursive: true });
  const text = JSON.stringify({ name: 'throw-away', private: true, ...manifest });
  writeFileSync(join(directory, 'package.json'), text);
}
