import { reasonOf, tell } from '@org/instrument-core';
import type { SystemMetrics, SystemOptions } from '@org/instrument-system';

/** System metrics as they run, or are about to. */
export interface RunningSystem {
  /** Resolves, and never rejects, when they are shown. */
  readonly ready: Promise<void>;
  stop(): void;
}

/** Loads and starts the system metrics; `serviceVersion` is what the build is told to be unless `build` says more. */
export function startSystem(given: true | SystemOptions, serviceVersion: string | undefined): RunningSystem {
  const options = given === true ? {} : given;
  let metrics: SystemMetrics | undefined;
  let isStopped = false;
  const start = async (): Promise<void> => {
    const { startSystemMetrics } = await import('@org/instrument-system');
    // It may have been shut down meanwhile.
    if (!isStopped) metrics = startSystemMetrics(withVersion(options, serviceVersion));
  };
  return {
    ready: start().catch((error) => tell('error', `system: ${reasonOf(error)}`)),
    stop() {
      isStopped = true;
      metrics?.stop();
    },
  };
}

function withVersion(options: SystemOptions, version: string | undefined): SystemOptions {
  const { build = true } = options;
  if (build === false || version === undefined) return options;
  const own = build === true ? {} : build;
  return { ...options, build: { ...own, version: own.version ?? version } };
}
