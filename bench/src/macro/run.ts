import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { CONTENDERS, type ContenderName } from './contenders.ts';
import { parseOptions } from './options.ts';
import { pin } from './pinning.ts';
import { type Spending, spendingOf, spendingTable } from './profile.ts';
import { describe, resultsOf, writeResults } from './results.ts';
import { type Bench, type Round, runRound } from './round.ts';
import type { Lap } from './rows.ts';
import { startSink } from './sink.ts';
import { williamsOrder } from './statistics.ts';
import { percent, text, turnsTable } from './tables.ts';
import { PATTERN, runTurns, type TurnsOfProcess } from './turns.ts';

// `pnpm bench:macro`: a service under load, bare and with each telemetry in turn.

/** Lines of a profile's table: those below do not matter. */
const PROFILE_LINES = 40;

const options = parseOptions(process.argv.slice(2));
const pinning = pin();
const sink = await startSink();
const load: Bench['load'] = startChild('load/main.js', {}, pinning?.others);
try {
  const bench: Bench = { ...options, isProfiled: options.profile !== undefined, load, sink, pinning };
  if (options.profile !== undefined) await profile(bench, options.profile);
  else if (options.turns !== undefined) await takeTurns(bench, options.turns);
  else await compare(bench);
} finally {
  sink.close();
  await load.end();
}

async function compare(bench: Bench): Promise<void> {
  const laps: Lap[] = [];
  while (laps.length < options.laps) {
    const lap = new Map<ContenderName, Round>();
    for (const contender of williamsOrder(options.contenders, laps.length)) {
      const round = await runRound(contender, bench);
      lap.set(contender.name, round);
      console.log(`${laps.length + 1} of ${options.laps} · ${contender.label}: ${brief(round)}`);
    }
    laps.push(lap);
  }
  const results = resultsOf(options, laps, pinning !== undefined);
  console.log(`\n${describe(results)}`);
  if (options.contenders.length === CONTENDERS.length) writeResults(results);
}

/** Tells what recording costs within a process: for those whose telemetry can be left out while they run. */
async function takeTurns(bench: Bench, turns: number): Promise<void> {
  const contenders = options.contenders.filter(({ canTakeTurns }) => canTakeTurns);
  const processes = new Map<ContenderName, TurnsOfProcess[]>(contenders.map(({ name }) => [name, []]));
  for (let lap = 0; lap < options.laps; lap++) {
    for (const contender of williamsOrder(contenders, lap)) {
      const taken = await runTurns(contender, bench, Math.ceil(turns / PATTERN.length));
      processes.get(contender.name)?.push(taken);
      console.log(`${lap + 1} of ${options.laps} · ${contender.label}: ${briefTurns(taken)}`);
    }
  }
  console.log(`\n${text(turnsTable(contenders, processes))}`);
}

/** Tells whose code the CPU time is spent in, and keeps the profiles for a closer look. */
async function profile(bench: Bench, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const packages = new Map<string, Spending>();
  const functions = new Map<string, Spending>();
  for (const contender of options.contenders) {
    const round = await runRound(contender, bench);
    packages.set(contender.name, spendingOf(round, 'package'));
    functions.set(contender.name, spendingOf(round, 'function'));
    writeFileSync(join(directory, `${contender.name}.cpuprofile`), JSON.stringify(round.profile));
  }
  for (const spendings of [packages, functions])
    console.log(`\n${text(spendingTable(spendings, PROFILE_LINES))}`);
}

function brief({ load: { requests, seconds }, usage }: Round): string {
  return `${(requests / seconds).toFixed(0)} requests/s, ${(usage.cpuMicros / usage.requests).toFixed(1)} µs of CPU each`;
}

function briefTurns({ throughput, cpu }: TurnsOfProcess): string {
  return `${percent(throughput)} requests/s, ${percent(cpu)} of CPU each`;
}
