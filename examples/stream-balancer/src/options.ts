import {
  type Flag,
  flagTable,
  intervalFlag,
  numberFlag,
  readFlags,
  UsageError,
} from '@org/instrument-example-terminal';
import type { ChaosIntervals } from './chaos.ts';

/** Longest time that a timer of Node.js can wait: 2^31 - 1 ms. */
const MAX_SECONDS = 2_147_483;

/** More processes than that are no demonstration any more. */
const MAX_WORKERS = 64;

const FLAGS: readonly Flag[] = [
  { name: 'workers', value: 'N', help: 'worker processes (default: 4)' },
  { name: 'streams', value: 'N', help: 'streams that the load generator opens (default: 64)' },
  { name: 'rate', value: 'N', help: 'frames per second and stream (default: 20)' },
  { name: 'seconds', value: 'N', help: 'end after N seconds of load (default: run until Ctrl-C)' },
  { name: 'kill-every', value: 'TIME', help: 'kill a worker that often: 2s, 500ms, never (default: 2s)' },
  { name: 'freeze-every', value: 'TIME', help: 'freeze a worker that often (default: 5s)' },
  { name: 'cut-every', value: 'TIME', help: 'cut the connection of a client that often (default: 1s)' },
  { name: 'outage-every', value: 'TIME', help: 'kill all workers at once that often (default: 9s)' },
  { name: 'port', value: 'N', help: 'port that takes streams, 0 for any (default: 0)' },
  { name: 'metrics-port', value: 'N', help: 'port of /metrics and /health, 0 for any (default: 0)' },
  { name: 'json', help: 'print the final report as JSON, and nothing else, to standard output' },
  { name: 'help', help: 'print this' },
];

/** What the command line asks for. */
export interface Options {
  readonly workers: number;
  readonly streams: number;
  /** Frames per second and stream. */
  readonly rate: number;
  /** Seconds of load; `undefined`: until it is interrupted. */
  readonly seconds: number | undefined;
  readonly chaos: ChaosIntervals;
  readonly port: number;
  readonly metricsPort: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the command line. Throws {@link UsageError}. */
export function readOptions(args: readonly string[]): Options {
  const written = readFlags(args, FLAGS);
  const port = { min: 0, max: 65_535 };
  const options: Options = {
    workers: numberFlag(written, 'workers', { min: 1, max: MAX_WORKERS }) ?? 4,
    streams: numberFlag(written, 'streams', { min: 1, max: 10_000 }) ?? 64,
    rate: numberFlag(written, 'rate', { min: 0.1, max: 10_000, integer: false }) ?? 20,
    seconds: numberFlag(written, 'seconds', { min: 0, max: MAX_SECONDS, integer: false }),
    chaos: {
      kill: intervalFlag(written, 'kill-every', '2s'),
      freeze: intervalFlag(written, 'freeze-every', '5s'),
      cut: intervalFlag(written, 'cut-every', '1s'),
      outage: intervalFlag(written, 'outage-every', '9s'),
    },
    port: numberFlag(written, 'port', port) ?? 0,
    metricsPort: numberFlag(written, 'metrics-port', port) ?? 0,
    json: written.json === true,
    help: written.help === true,
  };
  if (options.port !== 0 && options.port === options.metricsPort) {
    throw new UsageError(
      `--port and --metrics-port are both ${options.port}; streams and /metrics need one each`,
    );
  }
  return options;
}

/** Text of `--help`. */
export function helpText(): string {
  return `Balances TCP streams across worker processes by their health, while it kills and freezes them.\n\n${flagTable(FLAGS)}`;
}
