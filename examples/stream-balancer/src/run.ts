import { fileURLToPath } from 'node:url';
import { health, type Telemetry } from '@org/instrument';
import { UsageError } from '@org/instrument-example-terminal';
import { createChaos, repeatChaos } from './chaos.ts';
import { isFree } from './free-port.ts';
import { startLoad } from './load/process.ts';
import type { Options } from './options.ts';
import { type Orchestrator, startOrchestrator } from './orchestrator.ts';
import { createReport, type RunReport, renderReport } from './report.ts';
import { showSummary } from './summary.ts';
import { startTelemetry } from './telemetry.ts';

/**
 * Runs the balancer under load and under attack for the time asked for or until the signal, and prints its report. With `json` the report is
 * all that standard output gets. Throws {@link UsageError} for a port that is taken.
 */
export async function run(options: Options, signal: AbortSignal): Promise<RunReport> {
  const print = options.json ? console.error : console.log;
  await mustBeFree('port', options.port);
  await mustBeFree('metrics-port', options.metricsPort);
  const orchestrator = await startOrchestrator({
    workers: options.workers,
    port: options.port,
    workerEntry: script('./worker/main.js'),
    health,
    say: (line) => print(`  ${line}`),
  });
  try {
    // After the checks, so that nobody is told that all is well before anything was checked.
    const telemetry = await startTelemetry(options.metricsPort);
    try {
      announce(orchestrator, telemetry, print);
      const report = await underLoad(options, orchestrator, print, signal);
      console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderReport(report)}`);
      return report;
    } finally {
      await telemetry.shutdown();
    }
  } finally {
    await orchestrator.stop();
  }
}

function announce({ listener }: Orchestrator, { endpoints }: Telemetry, print: (line: string) => void): void {
  const { prometheus, health: healthUrl } = endpoints;
  print(`streams:  127.0.0.1:${listener.port}`);
  print(`/metrics: ${prometheus ?? 'not served'}`);
  print(`/health:  ${healthUrl ?? 'not served'}`);
  print(`/readyz:  ${healthUrl === undefined ? 'not served' : new URL('/readyz?verbose', healthUrl)}`);
}

async function underLoad(
  options: Options,
  orchestrator: Orchestrator,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<RunReport> {
  const { streams, rate } = options;
  const started = performance.now();
  const load = startLoad(script('./load/main.js'), { port: orchestrator.listener.port, streams, rate });
  const chaos = createChaos(orchestrator, (line) => print(`  ${line}`));
  const endChaos = repeatChaos(chaos, orchestrator, options.chaos);
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    if (options.seconds !== undefined) timer = setTimeout(resolve, options.seconds * 1000);
  });
  const endSummary = showSummary({ health, orchestrator, load }, print);
  try {
    await Promise.race([aborted(signal), aborted(load.failed), over]);
    const readiness = [...orchestrator.readiness];
    // Whoever asks sends no new streams from here on; the frames under way are finished.
    health.drain();
    endChaos();
    const figures = await load.stop();
    return createReport({
      load: figures,
      seconds: (performance.now() - started) / 1000,
      streams,
      workers: orchestrator.pool.workers.length,
      respawned: orchestrator.pool.respawned,
      moved: { ...orchestrator.router.moved },
      interruption: orchestrator.router.interruptions.figures(),
      incidents: orchestrator.incidents.figures(),
      cuts: chaos.cuts,
      outages: chaos.outages,
      readiness,
    });
  } finally {
    clearTimeout(timer);
    endChaos();
    endSummary();
    load.kill();
  }
}

async function mustBeFree(flag: string, port: number): Promise<void> {
  if (port !== 0 && !(await isFree(port))) throw new UsageError(`--${flag} ${port} is taken`);
}

/** A script beside this one that a child process runs. */
function script(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
