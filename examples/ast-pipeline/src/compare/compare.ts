import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percent } from '../numbers.ts';
import type { Options } from '../options.ts';
import { type MeasuredProcess, startMeasuredProcess } from './measured-process.ts';
import type { ChildSetup, Role, TurnCost } from './protocol.ts';
import { type ComparisonReport, createComparisonReport, renderComparison } from './report.ts';
import { createScraper, type Scraper } from './scrape.ts';
import { startSink } from './sink.ts';
import { type Difference, type Lap, overheadOf } from './statistics.ts';

/** Files of a turn by default: a second, so that what else the machine does meets all processes alike. */
const DEFAULT_LIMIT = 1_000;

/**
 * Files before anything is measured, by default: after them, V8 compiles as little in the processes that record as in
 * those that do not.
 */
const DEFAULT_WARM_UP = 12_000;

/** Measured turns of a process: each order of the turns twice. */
const TURNS = 8;

/** Metrics are pushed after so much time of a process's own turns. */
const INTERVAL_MILLIS = 5_000;

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
 * Measures what telemetry costs: four fresh processes at a time, one of each role, that work over the same files in
 * turns of a second; then four others. Two processes differ by several per cent by where their code and heap happen to
 * lie, whatever they do; so there are many, and what is left of that is said by the interval. One process that switches
 * between the roles would measure the switching.
 */
export async function compare(options: Options, signal: AbortSignal): Promise<ComparisonReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'ast-pipeline-compare-'));
  const sink = await startSink();
  const scraper = createScraper();
  try {
    const setup = setupOf(options, scratch, sink.endpoint);
    const laps = await measure(setup, scraper, options, signal);
    const received = { ...Object.fromEntries(sink.received), '/metrics': scraper.received };
    const report = createComparisonReport(laps, { ...setup, warmUp: warmUpOf(options) }, received);
    console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderComparison(report)}`);
    return report;
  } finally {
    sink.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

function setupOf(options: Options, scratch: string, otlp: string): Omit<ChildSetup, 'role'> {
  const { directory, concurrency, sampling, limit = DEFAULT_LIMIT } = options;
  // Each process has every fourth turn.
  const intervalMillis = INTERVAL_MILLIS * ORDERS.length;
  return { directory, concurrency, sampling, limit, otlp, intervalMillis, output: scratch };
}

function warmUpOf({ warmUp = DEFAULT_WARM_UP }: Options): number {
  return warmUp;
}

async function measure(
  setup: Omit<ChildSetup, 'role'>,
  scraper: Scraper,
  options: Options,
  signal: AbortSignal,
): Promise<Lap[]> {
  const { rounds, seconds = DEFAULT_SECONDS, json } = options;
  const warmUpTurns = Math.ceil(warmUpOf(options) / Math.max(1, setup.limit));
  const started = performance.now();
  const laps: Lap[] = [];
  const isEnough = (): boolean => {
    if (rounds !== undefined) return laps.length >= rounds;
    const passed = performance.now() - started;
    return isPrecise(laps) || passed + passed / Math.max(1, laps.length) > seconds * 1000;
  };
  do {
    const lap = await runLap(setup, warmUpTurns, scraper, signal);
    if (lap === undefined) break;
    laps.push(lap);
    if (!json) console.log(progress(laps, performance.now() - started));
  } while (!isEnough());
  return laps;
}

/** One process of each role, or `undefined` when the signal ended them. */
async function runLap(
  setup: Omit<ChildSetup, 'role'>,
  warmUpTurns: number,
  scraper: Scraper,
  signal: AbortSignal,
): Promise<Lap | undefined> {
  const processes = new Map<Role, MeasuredProcess>();
  const costs = new Map<Role, TurnCost>();
  try {
    for (const role of ORDERS[0] ?? []) {
      const output = join(setup.output, `${role}.ndjson`);
      processes.set(role, await startMeasuredProcess({ ...setup, output, role }, signal));
    }
    const warmUps = [...processes.values()].map(async (process) => {
      for (let turn = 0; turn < warmUpTurns; turn++) await takeTurn(process, false, scraper);
    });
    // All at once: nothing is measured yet.
    await Promise.all(warmUps);
    for (let turn = 0; turn < TURNS; turn++) {
      for (const role of ORDERS[turn % ORDERS.length] ?? []) {
        const cost = await takeTurn(processes.get(role) as MeasuredProcess, turn === TURNS - 1, scraper);
        costs.set(role, sum(cost, costs.get(role)));
      }
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    await Promise.all([...processes.values()].map((process) => process.end()));
  }
  return Object.fromEntries(costs) as Lap;
}

async function takeTurn(process: MeasuredProcess, isLast: boolean, scraper: Scraper): Promise<TurnCost> {
  // By the turn and not by the clock: what it costs per file must not depend on what else the machine does.
  const scraped = process.metrics === undefined ? undefined : scraper.scrape(process.metrics);
  const [cost] = await Promise.all([process.turn(isLast), scraped]);
  return cost;
}

function sum(cost: TurnCost, before: TurnCost | undefined): TurnCost {
  if (before === undefined) return cost;
  return {
    files: cost.files + before.files,
    cpuMillis: cost.cpuMillis + before.cpuMillis,
    wallMillis: cost.wallMillis + before.wallMillis,
  };
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
