import { events, type Telemetry } from '@org/instrument';
import { claimDirectory } from '@org/instrument-example-terminal';
import { type ExecutionEndedEvent, type ExecutionHooks, progressBar } from '@org/instrument-executions';
import { figuresOf } from './agreement.ts';
import { runBatch } from './batch.ts';
import { discover } from './discover.ts';
import type { Options } from './options.ts';
import { type Output, openOutput } from './output.ts';
import { createReport, type RunReport, renderReport } from './report.ts';
import { createTally } from './tally.ts';
import { startTelemetry } from './telemetry.ts';
import { verify } from './verify.ts';

/**
 * Runs the batch until all is done or the signal comes, checks what it has done, and prints its report. With `json` the report
 * is all that standard output gets.
 */
export async function run(options: Options, signal: AbortSignal): Promise<RunReport> {
  const print = options.json ? console.error : console.log;
  const release = claimDirectory(options.out);
  let telemetry: Telemetry | undefined;
  try {
    telemetry = await startTelemetry(options);
    const { prometheus } = telemetry.endpoints;
    print(`metrics: ${prometheus}`);
    print(`files:   ${options.directory}`);
    const files = await discover(options.directory, options.limit, options.out);
    const output = await openOutput(options.out);
    const report = await measure(files, options, output, telemetry, signal);
    console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderReport(report)}`);
    return report;
  } finally {
    await telemetry?.shutdown();
    release();
  }
}

async function measure(
  files: readonly string[],
  options: Options,
  output: Output,
  telemetry: Telemetry,
  signal: AbortSignal,
): Promise<RunReport> {
  const tally = createTally();
  const seen: { ended?: ExecutionEndedEvent; crashes: number } = { crashes: 0 };
  const keeping: ExecutionHooks = {
    after: (event) => {
      seen.ended = event;
    },
    onWorkerEnd: ({ reason }) => {
      if (reason === 'failed' || reason === 'exited') seen.crashes++;
    },
  };
  const off = events.on('execution.*', (payload, event) => output.events.write({ event, ...payload }));
  try {
    const hooks = [progressBar(), keeping];
    const write = output.manifest.write.bind(output.manifest);
    await runBatch(files, options, { objects: output.objects, tally, hooks, write }, signal);
  } finally {
    off();
    await output.close();
  }
  const { ended } = seen;
  if (ended === undefined) throw new Error('The batch has not said how it ended');
  const metrics = telemetry.endpoints.prometheus ?? '';
  const exposition = await (await fetch(metrics)).text();
  return createReport({
    directory: options.directory,
    manifest: output.manifest.path,
    events: output.events.path,
    metrics,
    workers: options.workers,
    execution: ended,
    crashes: seen.crashes,
    tally,
    figures: figuresOf(exposition, tally),
    verification: await verify(output.manifest.path, output.objects),
  });
}
