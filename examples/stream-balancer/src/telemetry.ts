import { init, type Telemetry } from '@org/instrument';

/** Starts telemetry, and health on the same server; resolves when it listens. */
export async function startTelemetry(port: number): Promise<Telemetry> {
  const telemetry = init({
    serviceName: 'stream-balancer',
    prometheus: { port },
    // Only this machine can ask, so everyone may see the details; a service that others reach would have a token.
    health: { details: 'always' },
    // Ctrl-C finishes the frames under way first; see stop.ts.
    handleSignals: false,
  });
  await telemetry.ready;
  return telemetry;
}
