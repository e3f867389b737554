import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.ts';
import { run } from './run.ts';

/** A package as it would be published. */
export interface Tarball {
  /** The name that it is published under. */
  readonly name: string;
  readonly file: string;
  /** SHA-256 of the file; pnpm packs the same content into the same bytes. */
  readonly hash: string;
}

/** Builds all packages and packs them into a directory. */
export async function packAll(directory: string): Promise<Tarball[]> {
  await run('npx', ['--no-install', 'turbo', 'run', 'build', '--output-logs=errors-only'], { cwd: ROOT });
  const pnpm = join(ROOT, 'node_modules', '.bin', 'pnpm');
  const packages = readdirSync(join(ROOT, 'packages')).sort();
  return Promise.all(
    packages.map(async (folder) => {
      const cwd = join(ROOT, 'packages', folder);
      const destination = join(directory, folder);
      mkdirSync(destination, { recursive: true });
      await run(pnpm, ['pack', '--pack-destination', destination], { cwd });
      const { name } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as { name: string };
      const file = join(destination, readdirSync(destination)[0]!);
      return { name, file, hash: createHash('sha256').update(readFileSync(file)).digest('hex') };
    }),
  );
}
