import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Flag, flagTable, numberFlag, readFlags, UsageError } from '@org/instrument-example-terminal';

/** Files of a run unless said otherwise: enough to see something, and soon done. */
const DEFAULT_LIMIT = 5_000;
/** More threads than that are no demonstration any more. */
const MAX_WORKERS = 64;
/** Longest time that a timer of Node.js can wait: 2^31 - 1 ms. */
const MAX_SECONDS = 2_147_483;
const MAX_PORT = 65_535;

const FLAGS: readonly Flag[] = [
  { name: 'directory', value: 'DIR', help: "directory of the files (default: the workspace's node_modules)" },
  { name: 'workers', value: 'N', help: 'worker threads (default: one per processor)' },
  { name: 'limit', value: 'N', help: `files at most, 0 for all (default: ${DEFAULT_LIMIT})` },
  {
    name: 'seconds',
    value: 'N',
    help: 'end after N seconds, with the files under way (default: when all is done)',
  },
  { name: 'out', value: 'DIR', help: 'where the results go (default: out of the example)' },
  { name: 'port', value: 'N', help: 'port of /metrics, 0 for any (default: 0)' },
  { name: 'statsd', value: 'PORT', help: 'also send metrics to a StatsD server on this port of 127.0.0.1' },
  { name: 'json', help: 'print the final report as JSON, and nothing else, to standard output' },
  { name: 'help', help: 'print this' },
];

/** What the command line asks for; all paths absolute. */
export interface Options {
  readonly directory: string;
  readonly workers: number;
  /** `Infinity` for all files. */
  readonly limit: number;
  readonly seconds: number | undefined;
  readonly out: string;
  readonly port: number;
  readonly statsd: number | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the command line. Throws {@link UsageError}. */
export function readOptions(args: readonly string[]): Options {
  const written = readFlags(args, FLAGS);
  const text = (name: string): string | undefined => written[name]?.toString();
  const limit = numberFlag(written, 'limit', { min: 0 }) ?? DEFAULT_LIMIT;
  const options: Options = {
    directory: resolve(text('directory') ?? join(workspace(), 'node_modules')),
    workers: numberFlag(written, 'workers', { min: 1, max: MAX_WORKERS }) ?? availableParallelism(),
    limit: limit === 0 ? Number.POSITIVE_INFINITY : limit,
    seconds: numberFlag(written, 'seconds', { min: 0, max: MAX_SECONDS, integer: false }),
    out: resolve(text('out') ?? join(import.meta.dirname, '..', 'out')),
    port: numberFlag(written, 'port', { min: 0, max: MAX_PORT }) ?? 0,
    statsd: numberFlag(written, 'statsd', { min: 1, max: MAX_PORT }),
    json: written.json === true,
    help: written.help === true,
  };
  if (!statSync(options.directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--directory is '${options.directory}', which is no directory`);
  }
  return options;
}

/** Text of `--help`. */
export function helpText(): string {
  return `Hashes and compresses the files under a directory across worker threads, measured.\n\n${flagTable(FLAGS)}`;
}

/** Root of the pnpm workspace that this file is in; the working directory when it is in none. */
function workspace(): string {
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, 'pnpm-workspace.yaml'))) {
    const parent = dirname(directory);
    if (parent === directory) return process.cwd();
    directory = parent;
  }
  return directory;
}
