import { init, type Telemetry } from '@org/instrument';
import { UsageError } from '@org/instrument-example-terminal';
import type { Options } from './options.ts';

/** Starts telemetry; resolves when `/metrics` listens. Throws {@link UsageError} when it does not. */
export async function startTelemetry({ port, statsd }: Options): Promise<Telemetry> {
  const telemetry = init({
    serviceName: 'batch',
    prometheus: { port },
    ...(statsd === undefined ? {} : { statsd: { port: statsd } }),
    // Ctrl-C finishes the files under way first.
    handleSignals: false,
  });
  await telemetry.ready;
  if (telemetry.endpoints.prometheus === undefined) {
    await telemetry.shutdown();
    throw new UsageError(`--port ${port} is taken`);
  }
  return telemetry;
}
