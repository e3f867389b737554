import { createServer } from 'node:net';
import { init, type Telemetry } from '@org/instrument';
import { UsageError } from '@org/instrument-example-terminal';
import { DEFAULT_PORT } from './options.ts';

/** What a run shows of itself. */
export interface TelemetryOptions {
  /** Port of `/metrics`; `undefined`: the default port, or a free one when it is taken. */
  readonly port: number | undefined;
  /** OTLP/HTTP endpoint for metrics and traces. */
  readonly otlp: string | undefined;
  /** Share of the files that are traced: 0 to 1. */
  readonly sampling: number;
  /** Directory of the journal. */
  readonly audit: string;
}

/** What is kept of the journal: some 130,000 files. */
const JOURNAL_BYTES = 64 * 1024 * 1024;

/** An entry names each file of a batch, and a path has 4,096 bytes at most (PATH_MAX of Linux), a few more when escaped. */
const MAX_ENTRY_BYTES = 1024 * 1024;

/** Starts telemetry; resolves when `/metrics` listens. Throws {@link UsageError} when the port asked for is taken. */
export async function startTelemetry({ port, otlp, sampling, audit }: TelemetryOptions): Promise<Telemetry> {
  const free = await isFree(port ?? DEFAULT_PORT);
  if (port !== undefined && !free) throw new UsageError(`--port ${port} is taken`);
  const telemetry = init({
    serviceName: 'ast-pipeline',
    prometheus: { port: free ? (port ?? DEFAULT_PORT) : 0 },
    ...(otlp === undefined
      ? {}
      : { otlp: { endpoint: otlp }, traces: tracesOf(sampling), metrics: { interval: '5s' } }),
    audit: auditOf(audit),
    // Ctrl-C finishes the files under way first; see stop.ts.
    handleSignals: false,
  });
  await telemetry.ready;
  return telemetry;
}

/** Traces of this share of the files, each with a span per stage. */
export function tracesOf(ratio: number): { sampler: 'parentbased_traceidratio'; ratio: number } {
  return { sampler: 'parentbased_traceidratio', ratio };
}

/** A journal of every file, without a span for each batch of them. */
export function auditOf(directory: string): {
  directory: string;
  spans: false;
  maxEntryBytes: number;
  retention: { maxBytes: number };
} {
  return {
    directory,
    spans: false,
    maxEntryBytes: MAX_ENTRY_BYTES,
    retention: { maxBytes: JOURNAL_BYTES },
  };
}

/** Whether a port can be listened on, right now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
