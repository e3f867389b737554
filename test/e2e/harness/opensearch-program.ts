import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '..', 'opensearch');
const cache = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'instrument-e2e');

const JAVA_MISSING =
  'The end-to-end tests run an OpenSearch and need `mvn` and `javac`, 17 or later, on the PATH: the Debian packages ' +
  '`maven` and `default-jdk-headless` have them. The other tests (npm test) do not.';

/**
 * Fetches OpenSearch and compiles what starts it, once per state of `test/e2e/opensearch`.
 *
 * @returns the class path.
 * @throws {Error} when there is no Java or no Maven, or the build fails.
 */
export function buildOpenSearch(): string {
  const directory = join(cache, `opensearch-${hashOfSources()}`);
  const classPath = [join(directory, 'classes'), join(directory, 'dependency', '*')].join(':');
  if (existsSync(directory)) return classPath;
  mkdirSync(cache, { recursive: true });
  process.stderr.write('Fetching OpenSearch for the end-to-end tests, once.\n');
  const started = performance.now();
  // Beside the directory, then renamed: a build that is interrupted leaves no half of a program behind.
  const unfinished = `${directory}.${process.pid}`;
  const args = ['--batch-mode', '--quiet', 'compile', `-Doutput=${unfinished}`];
  const { error, status, stdout, stderr } = spawnSync('mvn', args, { cwd: source, encoding: 'utf8' });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw new Error(JAVA_MISSING);
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new Error(`OpenSearch could not be built: ${error ?? ''}\n${stdout}${stderr}\n${JAVA_MISSING}`);
  }
  keep(unfinished, directory);
  process.stderr.write(`Built in ${Math.round((performance.now() - started) / 1_000)} s: ${directory}\n`);
  return classPath;
}

/** Another run may have built the same in the meantime. */
function keep(unfinished: string, directory: string): void {
  try {
    renameSync(unfinished, directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const name of ['Main.java', 'pom.xml']) hash.update(name).update(readFileSync(join(source, name)));
  return hash.digest('hex').slice(0, 16);
}
