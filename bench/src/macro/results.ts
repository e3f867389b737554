import { cpus } from 'node:os';
import { writeBetweenMarks, writeJson } from '../readme.ts';
import { versions } from '../versions.ts';
import type { MacroOptions } from './options.ts';
import { type Lap, type Match, matchesOf, type Row, rowsOf } from './rows.ts';
import type { Interval } from './statistics.ts';
import { fullTables, markdown, shortTable, text } from './tables.ts';

/** What the service and the load are made of. */
const PACKAGES = [
  'fastify',
  'autocannon',
  'pg',
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/exporter-prometheus',
  '@opentelemetry/instrumentation-http',
  '@fastify/otel',
  'prom-client',
  '@org/instrument',
];

/** Share of throughput that ours may cost. */
const WANTED = 0.01;
/** Made by `instrumentation-http` for the request, by `@fastify/otel` for the request and its handler. */
const SPANS_PER_REQUEST = 3;
/** Some are still on their way when the measurement ends. */
const MAX_SPAN_LOSS = 0.1;
/** A service that got less of its CPU was not measured under full load. */
const MIN_SERVICE_CPU_SHARE = 0.9;
/** Load that needs more of its own CPU may be what limits the throughput. */
const MAX_LOAD_CPU_SHARE = 0.9;

/** The results of all laps, and where they come from. */
export interface MacroResults {
  readonly versions: Record<string, string>;
  readonly machine: { readonly cpu: string; readonly cpus: number; readonly isPinned: boolean };
  readonly setup: Pick<MacroOptions, 'laps' | 'seconds' | 'warmUpSeconds' | 'connections'> & {
    /** Whether the service keeps its orders in a Postgres. */
    readonly isStored: boolean;
  };
  readonly rows: readonly Row[];
  readonly matches: readonly Match[];
}

export function resultsOf(options: MacroOptions, laps: readonly Lap[], isPinned: boolean): MacroResults {
  const { seconds, warmUpSeconds, connections, postgres } = options;
  const isStored = postgres !== undefined;
  const processors = cpus();
  const cpu = processors[0]?.model.trim() ?? 'unknown';
  return {
    versions: versions(PACKAGES),
    machine: { cpu, cpus: processors.length, isPinned },
    setup: { laps: laps.length, seconds, warmUpSeconds, connections, isStored },
    rows: rowsOf(options.contenders, laps),
    matches: matchesOf(laps),
  };
}

/** The results for the terminal, with a judgement. */
export function describe({ rows, matches }: MacroResults): string {
  const tables = fullTables(rows, matches).filter((table) => table.length > 1);
  return [...tables.map(text), judge(rows, matches).join('\n')].join('\n\n');
}

function judge(rows: readonly Row[], matches: readonly Match[]): string[] {
  const own = rows.filter(({ name }) => name === 'instrument' || name === 'instrument-decorated');
  const busy = rows.filter(({ serviceCpuShare }) => serviceCpuShare < MIN_SERVICE_CPU_SHARE);
  const limited = rows.filter(({ loadCpuShare }) => loadCpuShare > MAX_LOAD_CPU_SHARE);
  const lossy = rows.filter(
    ({ spansPerRequest: spans }) => spans > 0 && spans < SPANS_PER_REQUEST * (1 - MAX_SPAN_LOSS),
  );
  return [
    ...own.map(
      ({ name, throughput }) =>
        `wanted: ${name} costs less than ${WANTED * 100} % of throughput: ${verdict(throughput, -WANTED)}`,
    ),
    ...matches.map(
      ({ ours, peer, throughput }) => `wanted: ${ours} ahead of ${peer}: ${verdict(throughput, 0)}`,
    ),
    ...busy.map(
      ({ name, serviceCpuShare }) =>
        `${name} had ${serviceCpuShare.toFixed(2)} of a CPU: something else ran; its CPU per request counts, not its throughput`,
    ),
    ...lossy.map(
      ({ name, spansPerRequest }) =>
        `${name} delivers ${spansPerRequest.toFixed(2)} of ${SPANS_PER_REQUEST} spans: it drops what it cannot send, and that costs nothing`,
    ),
    ...limited.map(({ name }) => `${name}: the load was busy itself, and may be what limited the throughput`),
  ];
}

/** Whether a difference is above a limit, as far as the interval tells. */
function verdict({ low, high }: Interval, limit: number): 'met' | 'missed' | 'too close to tell' {
  if (low > limit) return 'met';
  return high < limit ? 'missed' : 'too close to tell';
}

/** Writes the file of results, and the tables of both READMEs. */
export function writeResults(results: MacroResults): void {
  const name = results.setup.isStored ? 'macro-postgres' : 'macro';
  writeJson(`bench/${name}-results.json`, { units: UNITS, ...results });
  const { rows, matches, setup, machine } = results;
  const [load, service, peers] = fullTables(rows, matches).map(markdown);
  const where =
    `Node ${results.versions.node}, ${machine.cpu}, ${setup.connections} connections, medians of ${setup.laps} rounds of ` +
    `${setup.seconds} s${machine.isPinned ? ', the service on a CPU of its own' : ''}.`;
  writeBetweenMarks('bench/README.md', name, [where, load, service, peers].join('\n\n'));
  writeBetweenMarks('README.md', name, markdown(shortTable(rows)));
}

const UNITS = {
  requestsPerSecond: '1/s',
  throughput: 'relative to bare, or to the peer',
  cpu: 'relative to bare, or to the peer',
  cpuMicrosPerRequest: 'µs',
  '*Millis': 'ms',
  '*Bytes': 'B',
  series: 'samples on the page',
  '*CpuShare': 'CPU seconds per second',
};
