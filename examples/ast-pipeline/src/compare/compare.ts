import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from '../options.ts';
import type { ChildSetup, Role, RoundCost } from './protocol.ts';
import { type ComparisonReport, createComparisonReport, renderComparison } from './report.ts';
import { type Scraper, startScraper } from './scrape.ts';
import { startSink } from './sink.ts';
import type { Triple } from './statistics.ts';
import { startWorker, type Worker } from './worker.ts';

/** Files per round by default: two seconds or so, short enough for drift of the machine to hit all roles alike. */
const DEFAULT_LIMIT = 2000;

/** Triples that are not counted: the compiler is busy in the first, the heap grows to its size. */
const WARM_UP_TRIPLES = 2;

/** Triples after which the process is replaced, so that the luck of one process is not the result. */
const TRIPLES_PER_PROCESS = 10;

/** Each role is first, in the middle and last equally often. */
const ORDERS: readonly (readonly Role[])[] = [
  ['disabled', 'everything', 'control'],
  ['everything', 'control', 'disabled'],
  ['control', 'disabled', 'everything'],
];

/**
 * Measures what telemetry costs, by rounds over the same files in one process, in turn with `mode: 'disabled'`, with
 * everything on, and disabled again. Two processes, one for each mode, would differ by several per cent by where
 * their code and heap happen to lie, whatever they do.
 */
export async function compare(options: Options, signal: AbortSignal): Promise<ComparisonReport> {
  const directory = await mkdtemp(join(tmpdir(), 'ast-pipeline-compare-'));
  const sink = await startSink();
  const scraper = startScraper();
  try {
    const triples = await measure(setup(options, directory, sink.endpoint), scraper, options, signal);
    const report = createComparisonReport(triples, sink.received, scraper.received);
    console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderComparison(report)}`);
    return report;
  } finally {
    scraper.close();
    sink.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function setup(options: Options, scratch: string, otlp: string): ChildSetup {
  const { directory, concurrency, limit = DEFAULT_LIMIT } = options;
  return { directory, concurrency, limit, otlp, output: join(scratch, 'facts.ndjson') };
}

async function measure(
  child: ChildSetup,
  scraper: Scraper,
  { rounds, json }: Options,
  signal: AbortSignal,
): Promise<Triple[]> {
  const triples: Triple[] = [];
  while (triples.length < rounds && !signal.aborted) {
    const worker = startWorker(child, scraper.target);
    const end = Math.min(triples.length + TRIPLES_PER_PROCESS, rounds);
    try {
      for (let i = 0; i < WARM_UP_TRIPLES && !signal.aborted; i++) await runTriple(worker, i);
      while (triples.length < end && !signal.aborted) {
        const triple = await runTriple(worker, triples.length);
        triples.push(triple);
        if (!json) console.log(`${triples.length} of ${rounds} · CPU per file: ${describe(triple)}`);
      }
    } finally {
      worker.end();
    }
  }
  return triples;
}

async function runTriple(worker: Worker, index: number): Promise<Triple> {
  const costs = new Map<Role, RoundCost>();
  for (const role of ORDERS[index % ORDERS.length] ?? []) costs.set(role, await worker.round(role));
  return Object.fromEntries(costs) as Triple;
}

function describe(triple: Triple): string {
  const roles: readonly Role[] = ['disabled', 'everything', 'control'];
  return roles
    .map((role) => `${role} ${(triple[role].cpuMillis / triple[role].files).toFixed(3)} ms`)
    .join(', ');
}
