import { init, type Telemetry } from '@org/instrument';
import { Pipeline } from '../pipeline.ts';
import { createTally } from '../tally.ts';
import { tracesOf } from '../telemetry.ts';
import type { ChildMessage, ChildSetup, Role, RoundCost, RoundRequest } from './protocol.ts';

// The measured process of a comparison: runs a round whenever it is asked to, each with telemetry of its own.

/** Files after which the code of a role has been compiled: measured a thousand at a time, the first three cost 2 to 5 % more. */
const SETTLING_FILES = 3000;

const setup = JSON.parse(process.argv[2] ?? '{}') as ChildSetup;
const never = new AbortController().signal;

process.on('message', async (request: RoundRequest) => {
  tell({ kind: 'round', ...(await round(request.role)) });
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the parent ends its child itself.
process.on('SIGINT', () => undefined);

/**
 * Runs one round between `init()` and `shutdown()`; what is recorded is sent off within the time measured. The first
 * files are not counted: whatever the role, code that V8 had optimised for the one before is compiled anew, for some
 * 100 to 200 ms. A service switches telemetry on once, not every few seconds.
 */
async function round(role: Role): Promise<RoundCost> {
  const telemetry = start(role);
  await telemetry.ready;
  tell({ kind: 'metrics', url: telemetry.endpoints.prometheus });
  await new Pipeline({ ...setup, limit: SETTLING_FILES }, createTally()).run(never);
  const tally = createTally();
  const pipeline = new Pipeline(setup, tally);
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  await pipeline.run(never);
  await telemetry.flush();
  const cpu = process.cpuUsage(cpuBefore);
  const wallMillis = performance.now() - started;
  await telemetry.shutdown();
  return { files: tally.files, cpuMillis: (cpu.user + cpu.system) / 1000, wallMillis };
}

function start(role: Role): Telemetry {
  const common = { serviceName: 'ast-pipeline', handleSignals: false };
  if (role === 'disabled' || role === 'control') return init({ ...common, mode: 'disabled' });
  return init({
    ...common,
    prometheus: { port: 0 },
    otlp: { endpoint: setup.otlp },
    traces: tracesOf(role === 'traced' ? 1 : setup.sampling),
    metrics: { interval: '5s' },
  });
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}
