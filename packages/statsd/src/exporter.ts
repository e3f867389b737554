import { reportFault } from '@org/instrument-core';
import type { Batch } from './encode/batch.ts';
import { type CollectedOf, Encoder } from './encode/encoder.ts';
import { CUMULATIVE, DELTA, type ExportedMetrics } from './exported-metrics.ts';
import type { StatsdOptions } from './options.ts';
import { resolveSettings, type Settings } from './settings.ts';
import { type StatsdStatistics, Tally } from './tally.ts';
import { createTransport } from './transport/create-transport.ts';
import type { Transport } from './transport/transport.ts';

/** The SDK's `ExportResultCode`, by value. */
const SUCCESS = 0;
const FAILED = 1;
/** What is a gauge in StatsD has its last value, not what was added to it; the words are the SDK's `InstrumentType`. */
const GAUGES: ReadonlySet<string> = new Set([
  'UP_DOWN_COUNTER',
  'OBSERVABLE_UP_DOWN_COUNTER',
  'GAUGE',
  'OBSERVABLE_GAUGE',
]);

/** What became of an export, as the SDK has it: 0 for success, 1 for failure. */
export interface StatsdExportResult {
  readonly code: 0 | 1;
  readonly error?: Error;
}

/** A `PushMetricExporter` of the OpenTelemetry SDK that speaks StatsD. */
export interface StatsdExporter {
  /**
   * Sends metrics. An export fails only when nothing of it was taken at all, so that a reader that tries again sends nothing
   * twice; what else is lost is counted.
   */
  export(metrics: ExportedMetrics, done: (result: StatsdExportResult) => void): void;
  /** As {@link export}, before it returns and as well as that can be done: for when the process is about to end. */
  exportNow(metrics: ExportedMetrics): void;
  /** Waits until all that was exported is handed over, no longer than the timeout. Never rejects. */
  forceFlush(): Promise<void>;
  /** Hands over what was exported, no longer than the timeout, and closes. Never rejects; idempotent. */
  shutdown(): Promise<void>;
  /** Differences (0) for what StatsD adds up, totals (1) for what it sets. */
  selectAggregationTemporality(instrumentType: string): 0 | 1;
  /** Why not everything has been handed over, as far as that is known. */
  whyLate(): string | undefined;
  /** What was sent so far, and what was not. */
  statistics(): StatsdStatistics;
}

/**
 * Makes an exporter for `new PeriodicExportingMetricReader({ exporter })`. Connects at once, so that what is recorded by a
 * process that ends before its first push arrives, too; a receiver that is away is told of when there is something to send.
 *
 * @param collectedOf gives the metric of ours that stands behind one in the SDK's form, to be read in place. Default: none.
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options;
 * `INSTRUMENT_DEPENDENCY_MISSING` when Unix datagrams are asked for without the package `unix-dgram`.
 */
export function createStatsdExporter(options: StatsdOptions = {}, collectedOf?: CollectedOf): StatsdExporter {
  const settings = resolveSettings(options);
  const tally = new Tally(settings.destination.transport);
  const encoder = new Encoder(settings.form, collectedOf);
  return exporterOf(settings, encoder, createTransport(settings.destination, tally), tally);
}

function exporterOf(
  { timeoutMillis, form: { maxPacketBytes } }: Settings,
  encoder: Encoder,
  transport: Transport,
  tally: Tally,
): StatsdExporter {
  let pending = 0;
  let stopping: Promise<void> | undefined;
  const encode = (metrics: ExportedMetrics): Batch => {
    const batch = encoder.encode(metrics, Date.now(), pending > 0);
    const { tooLong, notFinite, doubled } = encoder;
    tally.drop('too_long', tooLong);
    tally.drop('not_finite', notFinite);
    tally.drop('doubled', doubled);
    if (tooLong > 0) {
      const reason = `${tooLong} lines are longer than ${maxPacketBytes} bytes; raise maxPacketBytes, or record shorter attributes`;
      reportFault('statsd', 'writing lines', new Error(reason));
    }
    return batch;
  };
  const send = async (metrics: ExportedMetrics): Promise<StatsdExportResult> => {
    if (stopping !== undefined) return { code: FAILED, error: new Error('The exporter is shut down') };
    const batch = encode(metrics);
    pending++;
    const error = await transport.send(batch).finally(() => {
      pending--;
    });
    return error === undefined ? { code: SUCCESS } : { code: FAILED, error };
  };
  const guarded = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => reportFault('statsd', 'flushing', error));
  return {
    export(metrics, done) {
      send(metrics)
        .catch((error: unknown): StatsdExportResult => ({ code: FAILED, error: asError(error) }))
        .then(done)
        .catch((error: unknown) => reportFault('statsd', 'telling the reader', error));
    },
    exportNow(metrics) {
      if (stopping !== undefined) return;
      try {
        transport.sendNow(encode(metrics));
      } catch (error) {
        reportFault('statsd', 'sending', error);
      }
    },
    forceFlush: () => stopping ?? guarded(transport.flush(timeoutMillis)),
    shutdown() {
      stopping ??= guarded(transport.close(timeoutMillis));
      return stopping;
    },
    selectAggregationTemporality: (instrumentType) => (GAUGES.has(instrumentType) ? CUMULATIVE : DELTA),
    whyLate: () => transport.whyLate?.(),
    statistics: () => tally.statistics(),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
