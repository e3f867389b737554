import { reportFault } from '@org/instrument-core';
import type { Health } from '../health.ts';
import { checkOptions } from './check-options.ts';
import { loadHealthCheck } from './load-health-check.ts';
import type { GrpcServer, HealthServiceOptions } from './options.ts';
import { publishStatuses } from './publish-statuses.ts';
import { servingStatuses } from './services.ts';

/**
 * Adds the standard health service, `grpc.health.v1.Health`, to a server of `@grpc/grpc-js`, through the package
 * `grpc-health-check`. The service `''` is the readiness of the instance, and so not serving while it drains; every
 * probe, group and check is a service by its name. Degraded is serving. A probe or group is serving when it passes; a
 * check that has never run is `UNKNOWN`. Names that are not registered are `NOT_FOUND`, on streams `SERVICE_UNKNOWN`.
 *
 * Checks run in the background until the returned function is called; from then on every service is `NOT_SERVING`,
 * for nobody would notice a change.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` without the package, `INSTRUMENT_INVALID_ARGUMENT` for
 * arguments that cannot be.
 */
export function addHealthService(
  server: GrpcServer,
  health: Health,
  options: HealthServiceOptions = {},
): () => void {
  const { pollMillis, ...names } = checkOptions(server, health, options);
  const { HealthImplementation } = loadHealthCheck();
  const statuses = publishStatuses(server, new HealthImplementation(), refresh);
  let version = Number.NaN;

  function refresh(): void {
    if (health.version === version) return;
    try {
      version = health.version;
      statuses.update(servingStatuses(health, names));
    } catch (error) {
      reportFault('health', 'the gRPC health service', error);
    }
  }

  const ending = new AbortController();
  refresh();
  // The version tells what no event does.
  const polling = setInterval(refresh, pollMillis).unref();
  follow(health, ending.signal, refresh).catch((error: unknown) =>
    reportFault('health', 'the gRPC health service', error),
  );
  return () => {
    if (ending.signal.aborted) return;
    clearInterval(polling);
    ending.abort();
    statuses.end();
  };
}

/** Calls `changed` for each change of a status, and runs checks in the background meanwhile. */
async function follow(health: Health, signal: AbortSignal, changed: () => void): Promise<void> {
  for await (const { name } of health.watch({ signal })) {
    if (name === 'health.status.changed' && !signal.aborted) changed();
  }
}
