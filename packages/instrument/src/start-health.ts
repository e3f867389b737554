import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration, reasonOf, tell } from '@org/instrument-core';
import { health } from '@org/instrument-health';
import type { OtelExtension } from '@org/instrument-otel';
import type { HealthInitOptions } from './options.ts';

/** Health as it runs. */
export interface RunningHealth {
  /** What the OpenTelemetry side is to serve, and to do first when it ends. */
  readonly extension: OtelExtension;
  /** Path of `/health`; `undefined` when it is left out. */
  readonly path: string | undefined;
  /** Checks run in the background no more. */
  stop(): void;
}

/** Runs the checks of the process in the background, and gives the endpoints to whoever serves them. */
export function startHealth(given: true | HealthInitOptions): RunningHealth {
  const { host, port, drainDelay, guard, ...http } = given === true ? {} : given;
  if (guard !== undefined) health.configure({ guard });
  health.resume();
  try {
    health.start();
  } catch (error) {
    // Checks run all the same; what is missing may be registered later.
    tell('error', `health: ${reasonOf(error)}`);
  }
  const isOwnServer = host !== undefined || port !== undefined;
  const path = http.paths?.health ?? '/health';
  const drain = async (): Promise<void> => {
    health.drain();
    const delayMillis = parseDuration(drainDelay) ?? 0;
    if (delayMillis > 0) await sleep(delayMillis);
  };
  let drained: Promise<void> | undefined;
  return {
    extension: {
      routes: async () => {
        const { createHealthRoutes } = await import('@org/instrument-health/http');
        return createHealthRoutes(health, http);
      },
      routesAddress: isOwnServer ? { host, port } : undefined,
      routesSetBy: { host: 'health.host', port: 'health.port' },
      // Once: after a signal that the application handles itself, its own shutdown() comes later.
      beforeShutdown: () => {
        drained ??= drain();
        return drained;
      },
    },
    path: path === false ? undefined : `${http.basePath?.replace(/\/$/, '') ?? ''}${path}`,
    stop: () => health.stop(),
  };
}
