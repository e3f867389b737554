import type { Telemetry } from '@org/instrument';
import { DEFAULT_PORT, type Options } from './options.ts';
import { estimateOverhead } from './overhead.ts';
import { Pipeline } from './pipeline.ts';
import { showProgress } from './progress.ts';
import { createReport, type RunReport, renderReport } from './report.ts';
import { createRounds } from './rounds.ts';
import { stageFigures } from './stages.ts';
import { createTally } from './tally.ts';
import { startTelemetry } from './telemetry.ts';
import { verifyJournal } from './trail.ts';

/**
 * Runs the pipeline until the signal, or once, and prints its report. With `json` the report is all that standard
 * output gets. Throws {@link StoreError} when the output cannot be written.
 */
export async function run(options: Options, signal: AbortSignal): Promise<RunReport> {
  const telemetry = await startTelemetry(options);
  try {
    announce(options, telemetry);
    const measured = await measure(options, telemetry, signal);
    const report = { ...measured, journal: await verifyJournal() };
    console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderReport(report)}`);
    return report;
  } finally {
    await telemetry.shutdown();
  }
}

function announce({ directory, port, otlp, json }: Options, telemetry: Telemetry): void {
  const print = json ? console.error : console.log;
  const { prometheus } = telemetry.endpoints;
  const isFallback = port === undefined && prometheus?.includes(`:${DEFAULT_PORT}/`) === false;
  print(`metrics: ${prometheus ?? 'not served'}${isFallback ? ` (port ${DEFAULT_PORT} is taken)` : ''}`);
  if (otlp !== undefined) print(`OTLP:    ${otlp}`);
  print(`parsing: ${directory}`);
}

async function measure(
  options: Options,
  telemetry: Telemetry,
  signal: AbortSignal,
): Promise<Omit<RunReport, 'journal'>> {
  const tally = createTally();
  const rounds = createRounds(new Pipeline(options, tally), tally);
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const endProgress = options.json ? undefined : showProgress(rounds.state, process.stdout);
  try {
    await rounds.run(signal, options.once);
  } finally {
    endProgress?.();
  }
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - started) / 1000;
  const stages = stageFigures(telemetry.snapshot());
  const calls = stages.reduce((sum, stage) => sum + stage.calls, 0);
  return createReport({
    directory: options.directory,
    output: options.output,
    metrics: telemetry.endpoints.prometheus,
    otlp: options.otlp,
    seconds,
    rounds: rounds.state().round,
    tally,
    stages,
    overhead: await estimateOverhead(calls, (cpu.user + cpu.system) / 1e6),
  });
}
