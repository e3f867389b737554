import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percent } from '../numbers.ts';
import type { Options } from '../options.ts';
import { runMeasuredProcess } from './measured-process.ts';
import type { ChildSetup, ProcessCost, Role } from './protocol.ts';
import { type ComparisonReport, createComparisonReport, renderComparison } from './report.ts';
import { type Scraper, startScraper } from './scrape.ts';
import { startSink } from './sink.ts';
import { type Difference, type Lap, overheadOf } from './statistics.ts';

/** Files that are measured by default: some seconds, long enough for the last flush not to count. */
const DEFAULT_LIMIT = 5_000;

/** Files before that by default: after them, V8 has compiled what there is to compile. */
const DEFAULT_WARM_UP = 5_000;

/** Time after which no lap is begun that would not end in time, by default. */
const DEFAULT_SECONDS = 600;

/** Enough is known when the intervals of both roles are no wider to either side: 1.5 points. */
const PRECISION = 0.015;

/** With fewer there is no interval of 95 %. */
const MIN_LAPS = 6;

/**
 * Williams' square: each role has each place, and follows each other role, equally often, so that no drift of the
 * machine favours one.
 */
const ORDERS: readonly (readonly Role[])[] = [
  ['disabled', 'sampled', 'control', 'traced'],
  ['sampled', 'traced', 'disabled', 'control'],
  ['traced', 'control', 'sampled', 'disabled'],
  ['control', 'disabled', 'traced', 'sampled'],
];

/**
 * Measures what telemetry costs, by a fresh process for each measurement, in turn with `mode: 'disabled'` and with
 * everything on, over the same files. Two processes differ by several per cent by where their code and heap happen to
 * lie, whatever they do; so there are many, and what is left of that is said by the interval. One process that
 * switches would measure the switching.
 */
export async function compare(options: Options, signal: AbortSignal): Promise<ComparisonReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'ast-pipeline-compare-'));
  const sink = await startSink();
  const scraper = startScraper();
  try {
    const setup = setupOf(options, scratch, sink.endpoint);
    const laps = await measure(setup, scraper, options, signal);
    const received = { ...Object.fromEntries(sink.received), '/metrics': scraper.received };
    const report = createComparisonReport(laps, setup, received);
    console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderComparison(report)}`);
    return report;
  } finally {
    scraper.close();
    sink.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

function setupOf(options: Options, scratch: string, otlp: string): Omit<ChildSetup, 'role'> {
  const { directory, concurrency, sampling, limit = DEFAULT_LIMIT, warmUp = DEFAULT_WARM_UP } = options;
  return { directory, concurrency, sampling, limit, warmUp, otlp, output: join(scratch, 'facts.ndjson') };
}

async function measure(
  setup: Omit<ChildSetup, 'role'>,
  scraper: Scraper,
  { rounds, seconds = DEFAULT_SECONDS, json }: Options,
  signal: AbortSignal,
): Promise<Lap[]> {
  const started = performance.now();
  const laps: Lap[] = [];
  const isEnough = (): boolean => {
    if (rounds !== undefined) return laps.length >= rounds;
    const passed = performance.now() - started;
    return isPrecise(laps) || passed + passed / Math.max(1, laps.length) > seconds * 1000;
  };
  do {
    const lap = await runLap(setup, laps.length, scraper, signal);
    if (lap === undefined) break;
    laps.push(lap);
    if (!json) console.log(progress(laps, performance.now() - started));
  } while (!isEnough());
  return laps;
}

/** One process of each role, or `undefined` when the signal ended one of them. */
async function runLap(
  setup: Omit<ChildSetup, 'role'>,
  index: number,
  scraper: Scraper,
  signal: AbortSignal,
): Promise<Lap | undefined> {
  const costs = new Map<Role, ProcessCost>();
  for (const role of ORDERS[index % ORDERS.length] ?? []) {
    const cost = await runMeasuredProcess({ ...setup, role }, scraper.target, signal);
    if (cost === undefined) return undefined;
    costs.set(role, cost);
  }
  return Object.fromEntries(costs) as Lap;
}

function isPrecise(laps: readonly Lap[]): boolean {
  if (laps.length < MIN_LAPS) return false;
  return (['sampled', 'traced'] as const).every((role) => {
    const { low, high } = overheadOf(laps, role, 'cpuMillis');
    return high - low <= 2 * PRECISION;
  });
}

function progress(laps: readonly Lap[], passedMillis: number): string {
  const cpuOf = (role: Role): string => describe(overheadOf(laps, role, 'cpuMillis'));
  const lap = laps.at(-1) as Lap;
  const off = (lap.disabled.cpuMillis / lap.disabled.files).toFixed(3);
  return (
    `${laps.length} of each · ${Math.round(passedMillis / 1000)} s · CPU per file: off ${off} ms, ` +
    `sampled ${cpuOf('sampled')}, traced ${cpuOf('traced')}`
  );
}

function describe({ estimate, low, high }: Difference): string {
  return `${estimate < 0 ? '' : '+'}${percent(estimate)} (${percent(low)} … ${percent(high)})`;
}
