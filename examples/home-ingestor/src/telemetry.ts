import { createServer } from 'node:net';
import { init, type Telemetry } from '@org/instrument';
import { UsageError } from '@org/instrument-example-terminal';

/** Starts telemetry, and health on the same server; resolves when it listens. Throws {@link UsageError} for a port that is taken. */
export async function startTelemetry(port: number): Promise<Telemetry> {
  if (port !== 0 && !(await isFree(port))) throw new UsageError(`--port ${port} is taken`);
  const telemetry = init({
    serviceName: 'home-ingestor',
    prometheus: { port },
    // Only this machine can ask, so everyone may see the details; a service that others reach would have a token.
    health: { details: 'always' },
    // Ctrl-C writes what was taken in first; see run.ts.
    handleSignals: false,
  });
  await telemetry.ready;
  return telemetry;
}

/** Whether a port can be listened on, right now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
