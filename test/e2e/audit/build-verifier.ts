import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'verifier');
const cache = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'instrument-e2e');

/**
 * Builds the Go program of `verifier/`, once per state of its sources; returns its path.
 *
 * @throws {Error} when there is no Go tool chain, or the build fails.
 */
export function buildVerifier(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(source).sort()) hash.update(name).update(readFileSync(join(source, name)));
  const file = join(cache, `verifier-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  // Beside the file, then renamed: a build that is interrupted leaves no half of a program behind.
  const unfinished = `${file}.${process.pid}`;
  const { error, status, stderr } = spawnSync('go', ['build', '-trimpath', '-o', unfinished, '.'], {
    cwd: source,
    env: { ...process.env, GOFLAGS: '-p=2 -buildvcs=false' },
    encoding: 'utf8',
  });
  if (error !== undefined)
    throw new Error(`The verifier needs the Go tool chain on the PATH: ${error.message}`);
  if (status !== 0) throw new Error(`The verifier could not be built:\n${stderr}`);
  renameSync(unfinished, file);
  return file;
}
