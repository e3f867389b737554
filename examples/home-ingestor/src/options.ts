import { fileURLToPath } from 'node:url';
import {
  type Flag,
  flagTable,
  numberFlag,
  readFlags,
  UsageError,
  type Written,
} from '@org/instrument-example-terminal';

/** Longest time that a timer of Node.js can wait: 2^31 - 1 ms. */
const MAX_SECONDS = 2_147_483;
const DEFAULT_OUT = fileURLToPath(new URL('../out', import.meta.url));

const FLAGS: readonly Flag[] = [
  { name: 'broker', value: 'URL', help: 'mqtt://… of a broker that runs (default: one is started)' },
  { name: 'devices', value: 'N', help: 'devices that are simulated (default: 24)' },
  { name: 'rate', value: 'N', help: 'events per second and device (default: 20)' },
  { name: 'seconds', value: 'N', help: 'end after N seconds of events (default: run until Ctrl-C)' },
  {
    name: 'faults',
    value: 'on|off',
    help: 'restart the broker, fill the disk, break connections (default: on)',
  },
  {
    name: 'out',
    value: 'DIR',
    help: 'where the files are written, and read from at the start (default: out/)',
  },
  { name: 'port', value: 'N', help: 'port of /metrics and /health, 0 for any (default: 0)' },
  { name: 'json', help: 'print the final report as JSON, and nothing else, to standard output' },
  { name: 'help', help: 'print this' },
];

/** What the command line asks for. */
export interface Options {
  /** Broker that runs already; `undefined`: one is started. */
  readonly broker: string | undefined;
  readonly devices: number;
  /** Events per second and device. */
  readonly rate: number;
  /** Seconds of events; `undefined`: until it is interrupted. */
  readonly seconds: number | undefined;
  readonly faults: boolean;
  readonly out: string;
  readonly port: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the command line. Throws {@link UsageError}. */
export function readOptions(args: readonly string[]): Options {
  const written = readFlags(args, FLAGS);
  return {
    broker: brokerOf(written),
    devices: numberFlag(written, 'devices', { min: 1, max: 1_000 }) ?? 24,
    rate: numberFlag(written, 'rate', { min: 0.1, max: 1_000, integer: false }) ?? 20,
    seconds: numberFlag(written, 'seconds', { min: 0, max: MAX_SECONDS, integer: false }),
    faults: faultsOf(written),
    out: typeof written.out === 'string' ? written.out : DEFAULT_OUT,
    port: numberFlag(written, 'port', { min: 0, max: 65_535 }) ?? 0,
    json: written.json === true,
    help: written.help === true,
  };
}

/** Text of `--help`. */
export function helpText(): string {
  return `Takes in events of devices over MQTT, de-duplicates, batches and writes them, and loses none.\n\n${flagTable(FLAGS)}`;
}

function brokerOf({ broker }: Written): string | undefined {
  if (typeof broker !== 'string') return undefined;
  if (URL.canParse(broker) && /^mqtts?:$/.test(new URL(broker).protocol)) return broker;
  throw new UsageError(`--broker is '${broker}'; expected a URL such as mqtt://127.0.0.1:1883`);
}

function faultsOf({ faults = 'on' }: Written): boolean {
  if (faults === 'on' || faults === 'off') return faults === 'on';
  throw new UsageError(`--faults is '${faults}'; expected on or off`);
}
