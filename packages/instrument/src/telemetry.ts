import type { SeriesSnapshot } from '@org/instrument-core';

/** Where what listens can be reached. */
export interface Endpoints {
  /** URL of `/metrics`; `undefined` while nothing listens. */
  readonly prometheus: string | undefined;
  /** URL of `/health`, beside which `/livez`, `/readyz` and `/startupz` are; `undefined` while nothing listens. */
  readonly health: string | undefined;
}

/** What `init()` returns: the telemetry of the process. */
export interface Telemetry {
  /** Resolves, and never rejects, when exporters are attached and servers listen (or could not, which is reported). */
  readonly ready: Promise<void>;
  /** Where what listens can be reached, once `ready`. */
  readonly endpoints: Endpoints;
  /** Every series as it stands: totals since the start, quantiles of histograms. */
  snapshot(): SeriesSnapshot[];
  /** Pushes everything recorded so far. Never rejects; bounded by the shutdown timeout (default 5 s). */
  flush(): Promise<void>;
  /** Flushes and stops. Never rejects; bounded by the shutdown timeout (default 5 s); idempotent. */
  shutdown(): Promise<void>;
}
