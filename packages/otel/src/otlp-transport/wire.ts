import type { IExporterTransport } from '@opentelemetry/otlp-exporter-base';

/** How an export ended, as the SDK's exporters want it. */
export type ExportResponse = Awaited<ReturnType<IExporterTransport['send']>>;

/** A protocol that exports are sent by. */
export interface Wire {
  /** Makes of an export what each of its attempts sends. */
  encode(data: Uint8Array): Promise<Uint8Array>;
  /** Sends it once. */
  attempt(request: WireRequest): Promise<Attempt>;
  /** The next attempt opens a new connection; what is on its way over another one goes on. */
  renew(): void;
  /** Closes all connections. */
  disconnect(): void;
}

/** What one attempt is to send. */
export interface WireRequest {
  readonly body: Uint8Array;
  /** Milliseconds until nobody waits for the answer any more. */
  readonly remainingMillis: number;
  /** Once aborted, the attempt ends at once, as failed for the signal's reason. */
  readonly signal: AbortSignal;
  /** To be called when it goes over a connection that has been used before. */
  readonly onKept: () => void;
}

/** How an attempt ended, and whether there may be another one. */
export interface Attempt {
  readonly response: ExportResponse;
  readonly retry: 'never' | 'at once' | 'later';
  /** What the receiver asked for. */
  readonly waitMillis?: number | undefined;
}
