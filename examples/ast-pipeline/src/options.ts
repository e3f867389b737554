import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Flag, flagTable, numberFlag, readFlags, UsageError } from '@org/instrument-example-terminal';

/** Port registered for OpenTelemetry's Prometheus exporters. */
export const DEFAULT_PORT = 9464;

/** A thousand files a second are not traced one by one: one in ten shows what there is to see. */
const DEFAULT_SAMPLING = 0.1;

/** Longest time that a timer of Node.js can wait: 2^31 - 1 ms. */
const MAX_SECONDS = 2_147_483;

const FLAGS: readonly Flag[] = [
  { name: 'dir', value: 'DIR', help: "directory to go through (default: the workspace's node_modules)" },
  {
    name: 'seconds',
    value: 'N',
    help: 'end after N seconds (default: run until Ctrl-C; with --compare: 600)',
  },
  { name: 'once', help: 'go through the directory once, then end' },
  { name: 'concurrency', value: 'N', help: 'files under way at once (default: 8)' },
  { name: 'limit', value: 'N', help: 'files per round (default: all; with --compare: 1000)' },
  { name: 'out', value: 'FILE', help: 'NDJSON output (default: out/facts.ndjson of the example)' },
  { name: 'audit', value: 'DIR', help: 'journal of every file taken in (default: out/audit of the example)' },
  {
    name: 'port',
    value: 'N',
    help: `port of /metrics, 0 for any (default: ${DEFAULT_PORT}, or any if it is taken)`,
  },
  { name: 'otlp', value: 'URL', help: 'also send metrics and traces to this OTLP endpoint' },
  {
    name: 'sampling',
    value: 'SHARE',
    help: `share of the files that are traced, 0 to 1 (default: ${DEFAULT_SAMPLING})`,
  },
  { name: 'json', help: 'print the final report as JSON, and nothing else, to standard output' },
  { name: 'compare', help: "measure the telemetry's overhead: mode 'disabled' against everything on" },
  {
    name: 'rounds',
    value: 'N',
    help: 'with --compare: processes in each mode (default: until it is known to 1.5 points, or the time is over)',
  },
  {
    name: 'warm-up',
    value: 'N',
    help: 'with --compare: files that each process takes in before it is measured (default: 12000)',
  },
  { name: 'help', help: 'print this' },
];

/** What the command line asks for; all paths absolute. */
export interface Options {
  readonly directory: string;
  readonly output: string;
  /** Directory of the journal. */
  readonly audit: string;
  readonly seconds: number | undefined;
  readonly once: boolean;
  readonly concurrency: number;
  readonly limit: number | undefined;
  /** `undefined`: the default port, or a free one. */
  readonly port: number | undefined;
  readonly otlp: string | undefined;
  /** Share of the files that are traced. */
  readonly sampling: number;
  readonly json: boolean;
  readonly compare: boolean;
  /** Processes of a comparison in each mode. */
  readonly rounds: number | undefined;
  /** Files before those that a comparison measures. */
  readonly warmUp: number | undefined;
  readonly help: boolean;
}

/** Reads the command line. Throws {@link UsageError}. */
export function readOptions(args: readonly string[]): Options {
  const written = readFlags(args, FLAGS);
  const text = (name: string): string | undefined => written[name]?.toString();
  const options: Options = {
    directory: resolve(text('dir') ?? join(workspace(), 'node_modules')),
    output: resolve(text('out') ?? join(import.meta.dirname, '..', 'out', 'facts.ndjson')),
    audit: resolve(text('audit') ?? join(import.meta.dirname, '..', 'out', 'audit')),
    seconds: numberFlag(written, 'seconds', { min: 0, max: MAX_SECONDS, integer: false }),
    once: written.once === true,
    concurrency: numberFlag(written, 'concurrency', { min: 1, max: 1024 }) ?? 8,
    limit: numberFlag(written, 'limit', { min: 0 }),
    port: numberFlag(written, 'port', { min: 0, max: 65_535 }),
    otlp: text('otlp'),
    sampling: numberFlag(written, 'sampling', { min: 0, max: 1, integer: false }) ?? DEFAULT_SAMPLING,
    json: written.json === true,
    compare: written.compare === true,
    rounds: numberFlag(written, 'rounds', { min: 1 }),
    warmUp: numberFlag(written, 'warm-up', { min: 0 }),
    help: written.help === true,
  };
  check(options);
  return options;
}

/** Text of `--help`. */
export function helpText(): string {
  return `Parses the JavaScript and TypeScript files under a directory, observed by @org/instrument.\n\n${flagTable(FLAGS)}`;
}

function check({ directory, otlp }: Options): void {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--dir is '${directory}', which is no directory`);
  }
  if (otlp !== undefined && !(/^https?:/.test(otlp) && URL.canParse(otlp))) {
    throw new UsageError(`--otlp is '${otlp}'; expected a URL such as http://localhost:4318`);
  }
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
