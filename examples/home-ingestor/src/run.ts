import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { health, type Telemetry } from '@org/instrument';
import { claimDirectory } from '@org/instrument-example-terminal';
import { type BrokerProcess, startBroker } from './broker/process.ts';
import { type DevicesProcess, startDevices } from './devices/process.ts';
import type { DeviceTruth } from './devices/protocol.ts';
import { injectFaults } from './faults.ts';
import { type Ingestor, startIngestor } from './ingest/ingestor.ts';
import type { Options } from './options.ts';
import { registerChecks } from './register-checks.ts';
import { createReport, type RunReport, renderReport, whole } from './report.ts';
import { startTelemetry } from './telemetry.ts';
import { acknowledged, verifyFiles } from './verify/files.ts';
import { compareMetrics } from './verify/metrics.ts';
import { createFaultyDisk, disk as realDisk } from './write/disk.ts';

const LINE_MILLIS = 1_000;
/** Longest time to wait for what the broker still has for us; what is missing then is lost. */
const ARRIVING_MILLIS = 15_000;

/**
 * Runs devices, a broker and the ingestor until the signal, checks the files and the metrics, and prints its report. With
 * `json` the report is all that standard output gets. Throws {@link UsageError} for a port that is taken and a directory that
 * cannot be had, {@link InterruptedError} when the signal comes before the first event.
 */
export async function run(options: Options, signal: AbortSignal): Promise<RunReport> {
  const print = options.json ? console.error : console.log;
  const release = claimDirectory(options.out);
  let telemetry: Telemetry | undefined;
  let broker: BrokerProcess | undefined;
  try {
    telemetry = await startTelemetry(options.port);
    if (signal.aborted) throw new InterruptedError(undefined);
    if (options.broker === undefined) {
      broker = await startBroker(script('./broker/main.js')).catch(unlessInterrupted(signal));
    }
    const report = await ingest(options, broker, telemetry, print, signal);
    console.log(options.json ? JSON.stringify(report, undefined, 2) : `\n${renderReport(report)}`);
    return report;
  } finally {
    await broker?.stop();
    await telemetry?.shutdown();
    release();
  }
}

async function ingest(
  options: Options,
  broker: BrokerProcess | undefined,
  telemetry: Telemetry,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<RunReport> {
  const say = (line: string): void => print(`  ${line}`);
  const url = broker?.url ?? (options.broker as string);
  const disk = createFaultyDisk(realDisk);
  const started = performance.now();
  const ingestor = await startIngestor({ broker: url, directory: options.out, disk, say });
  const unregister = registerChecks(health, ingestor);
  let devices: DevicesProcess | undefined;
  let line: NodeJS.Timeout | undefined;
  let isStopped = false;
  try {
    announce(telemetry, url, options.out, print);
    const isReady = await Promise.race([
      ingestor.subscription.ready.then(() => true),
      aborted(signal).then(() => false),
    ]);
    if (!isReady) throw new InterruptedError(broker === undefined ? url : undefined);
    const { devices: count, rate, faults: withFaults } = options;
    devices = startDevices(script('./devices/main.js'), {
      broker: url,
      devices: count,
      rate,
      faults: withFaults,
    });
    const faults = withFaults ? injectFaults({ broker, ingestor, disk, say }) : undefined;
    line = setInterval(() => print(summarize(ingestor, devices, started)), LINE_MILLIS);
    const failed = broker === undefined ? [devices.failed] : [devices.failed, broker.failed];
    await Promise.race([aborted(signal), elapsed(options.seconds), ...failed]);
    await faults?.stop();
    const stopped = devices.stop();
    const { figures, truth } = await (devices.figures === undefined
      ? stopped.catch(unlessInterrupted(signal))
      : stopped);
    await arrived(ingestor, truth);
    await ingestor.stop();
    isStopped = true;
    return createReport({
      seconds: (performance.now() - started) / 1_000,
      devices: figures,
      ingestor: { ...ingestor.tally },
      stalls: ingestor.stalls,
      files: await verifyFiles(options.out, truth),
      metrics: compareMetrics(ingestor.tally, telemetry.snapshot()),
      faults: faults?.figures ?? { brokerRestarts: 0, connectionsCut: 0, diskFilled: 0 },
    });
  } finally {
    clearInterval(line);
    unregister();
    await devices?.kill();
    if (!isStopped) await ingestor.stop().catch(() => {});
  }
}

/** It was ended before there was anything to report. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  /** `broker` that was waited for in vain; `undefined`: there was no time to wait. */
  constructor(broker: string | undefined) {
    super(
      broker === undefined
        ? 'interrupted before the first event'
        : `interrupted: nothing could be subscribed to at ${broker}`,
    );
  }
}

/**
 * Throws an error on, unless we were interrupted: a process that has only just been forked is in our group still, and Ctrl-C
 * ends it.
 */
function unlessInterrupted(signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    throw signal.aborted ? new InterruptedError(undefined) : error;
  };
}

/** Waits until everything that the broker has acknowledged is written, and nothing waits. */
async function arrived(ingestor: Ingestor, truths: readonly DeviceTruth[]): Promise<void> {
  const deadline = performance.now() + ARRIVING_MILLIS;
  const isThere = (): boolean =>
    ingestor.depth === 0 && truths.every((truth) => ingestor.hasWritten(acknowledged(truth)));
  while (!isThere() && performance.now() < deadline) await delay(20);
}

function announce(
  { endpoints }: Telemetry,
  broker: string,
  out: string,
  print: (line: string) => void,
): void {
  const { prometheus, health: healthUrl } = endpoints;
  print(`broker:   ${broker}`);
  print(`files:    ${out}`);
  print(`/metrics: ${prometheus ?? 'not served'}`);
  print(`/health:  ${healthUrl ?? 'not served'}`);
}

/** `3 s · healthy · broker connected · 1,440 events written, 83 duplicates, 31 malformed · 12 waiting` */
function summarize(ingestor: Ingestor, devices: DevicesProcess | undefined, started: number): string {
  const { written, duplicates, malformed } = ingestor.tally;
  const { status, rootCauses } = health.report();
  const cause = rootCauses.length > 0 ? ` (${rootCauses.join(', ')})` : '';
  return [
    `${whole((performance.now() - started) / 1_000)} s`,
    `${status}${cause}`,
    `${whole(devices?.figures?.messages ?? 0)} published`,
    `${whole(written)} written, ${whole(duplicates)} duplicates, ${whole(malformed)} malformed`,
    `${whole(ingestor.depth)} waiting`,
  ].join(' · ');
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

/** Never resolves without a time. Does not keep the process. */
function elapsed(seconds: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (seconds !== undefined) setTimeout(resolve, seconds * 1_000).unref();
  });
}
