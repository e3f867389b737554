import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from '../options.ts';
import type { ChildSetup, Role, RoundCost } from './protocol.ts';
import { type ComparisonReport, createComparisonReport, renderComparison } from './report.ts';
import { type Scraper, startScraper } from './scrape.ts';
import { startSink } from './sink.ts';
import type { Lap } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

/** Files per round by default: some seconds, long enough for start and flush not to count, short enough for drift to hit all alike. */
const DEFAULT_LIMIT = 4000;

/** Laps that are not counted: the compiler is busy in the first, the heap grows to its size. */
const WARM_UP_LAPS = 2;

/** Laps after which the process is replaced, so that the luck of one process is not the result. */
const LAPS_PER_PROCESS = 6;

/**
 * Williams' square: each role has each place, and follows each other role, equally often, so that neither drift nor
 * garbage left behind favours one.
 */
const ORDERS: readonly (readonly Role[])[] = [
  ['disabled', 'sampled', 'control', 'traced'],
  ['sampled', 'traced', 'disabled', 'control'],
  ['traced', 'control', 'sampled', 'disabled'],
  ['control', 'disabled', 'traced', 'sampled'],
];

/**
 * Measures what telemetry costs, by rounds over the same files in one process, in turn with `mode: 'disabled'` and with
 * everything on. Two processes, one for each mode, would differ by several per cent by where their code and heap
 * happen to lie, whatever they do.
 */
export async function compare(options: Options, signal: AbortSignal): Promise<ComparisonReport> {
  const directory = await mkdtemp(join(tmpdir(), 'ast-pipeline-compare-'));
  const sink = await startSink();
  const scraper = startScraper();
  try {
    const laps = await measure(setup(options, directory, sink.endpoint), scraper, options, signal);
    const received = { ...Object.fromEntries(sink.received), '/metrics': scraper.received };
    const report = createComparisonReport(laps, options.sampling, received);
    console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderComparison(report)}`);
    return report;
  } finally {
    scraper.close();
    sink.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function setup(options: Options, scratch: string, otlp: string): ChildSetup {
  const { directory, concurrency, sampling, limit = DEFAULT_LIMIT } = options;
  return { directory, concurrency, sampling, limit, otlp, output: join(scratch, 'facts.ndjson') };
}

async function measure(
  child: ChildSetup,
  scraper: Scraper,
  { rounds, json }: Options,
  signal: AbortSignal,
): Promise<Lap[]> {
  const laps: Lap[] = [];
  while (laps.length < rounds && !signal.aborted) {
    const worker = startWorker(child, scraper.target);
    const end = Math.min(laps.length + LAPS_PER_PROCESS, rounds);
    try {
      for (let i = 0; i < WARM_UP_LAPS && !signal.aborted; i++) await runLap(worker, i);
      while (laps.length < end && !signal.aborted) {
        const lap = await runLap(worker, laps.length);
        laps.push(lap);
        if (!json) console.log(`${laps.length} of ${rounds} · CPU per file: ${describe(lap)}`);
      }
    } finally {
      worker.end();
    }
  }
  return laps;
}

async function runLap(worker: Worker, index: number): Promise<Lap> {
  const costs = new Map<Role, RoundCost>();
  for (const role of ORDERS[index % ORDERS.length] ?? []) costs.set(role, await worker.round(role));
  return Object.fromEntries(costs) as Lap;
}

function describe(lap: Lap): string {
  const roles: readonly Role[] = ['disabled', 'sampled', 'traced', 'control'];
  return roles.map((role) => `${role} ${(lap[role].cpuMillis / lap[role].files).toFixed(3)} ms`).join(', ');
}
