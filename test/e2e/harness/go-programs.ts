import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..');
const cache = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'instrument-e2e');

/** Adds the Prometheus receiver to the collector. */
const BUILD_TAGS = 'prometheus_receiver';

/** What is built: the collector is a module itself, Prometheus 3 a tool of it, from the same release. */
const PROGRAMS = {
  collector: { module: 'collector', target: '.' },
  prometheus: { module: 'collector', target: 'github.com/prometheus/prometheus/cmd/prometheus' },
  statsdExporter: { module: 'statsd-exporter', target: 'github.com/prometheus/statsd_exporter' },
} as const;

const GO_MISSING =
  'The end-to-end tests build an OpenTelemetry Collector and need the Go tool chain, 1.25 or later, on the PATH ' +
  '(https://go.dev/dl). The other tests (npm test) do not.';

/** Where each program is. */
export type GoPrograms = Readonly<Record<keyof typeof PROGRAMS, string>>;

/**
 * Builds the Go programs of `test/e2e/collector` and `test/e2e/statsd-exporter`, once per state of their sources.
 *
 * @throws {Error} when there is no Go tool chain, or a build fails.
 */
export function buildGoPrograms(): GoPrograms {
  return {
    collector: build('collector'),
    prometheus: build('prometheus'),
    statsdExporter: build('statsdExporter'),
  };
}

function build(name: keyof typeof PROGRAMS): string {
  const { module, target } = PROGRAMS[name];
  const source = join(folder, module);
  const file = join(cache, `${name}-${hashOfSources(source)}`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  process.stderr.write(
    `Building ${name} for the end-to-end tests, once; with empty caches it takes minutes.\n`,
  );
  const started = performance.now();
  // Beside the file, then renamed: a build that is interrupted leaves no half of a program behind.
  const unfinished = `${file}.${process.pid}`;
  const args = ['build', '-trimpath', '-ldflags=-s -w', '-tags', BUILD_TAGS, '-o', unfinished, target];
  const { error, status, stdout, stderr } = spawnSync('go', args, {
    cwd: source,
    env: { ...process.env, GOFLAGS: '-p=2 -buildvcs=false' },
    encoding: 'utf8',
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw new Error(GO_MISSING);
  if (status !== 0) throw new Error(`${name} could not be built: ${error ?? ''}\n${stdout}${stderr}`);
  renameSync(unfinished, file);
  process.stderr.write(`Built in ${Math.round((performance.now() - started) / 1_000)} s: ${file}\n`);
  return file;
}

function hashOfSources(source: string): string {
  const hash = createHash('sha256').update(BUILD_TAGS);
  for (const name of readdirSync(source).sort()) hash.update(name).update(readFileSync(join(source, name)));
  return hash.digest('hex').slice(0, 16);
}
