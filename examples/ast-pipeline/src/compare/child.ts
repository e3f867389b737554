import { init, type Telemetry } from '@org/instrument';
import { endWithParent, tellParent } from '@org/instrument-example-terminal';
import { Pipeline } from '../pipeline.ts';
import { createTally } from '../tally.ts';
import { auditOf, tracesOf } from '../telemetry.ts';
import type { ChildMessage, ChildSetup, TurnCost, TurnRequest } from './protocol.ts';

// A measured process of a comparison: one role from its start to its end, as a service has it. It works in its turns.

const setup = JSON.parse(process.argv[2] ?? '{}') as ChildSetup;
const never = new AbortController().signal;

endWithParent();
// Ctrl-C reaches the whole group; the parent ends its child itself.
process.on('SIGINT', () => undefined);

let cpuBefore = process.cpuUsage();
const telemetry = start();
await telemetry.ready;
process.on('message', async ({ isLast }: TurnRequest) =>
  tellParent<ChildMessage>({ kind: 'cost', cost: await turn(isLast) }),
);
await tellParent<ChildMessage>({ kind: 'ready', url: telemetry.endpoints.prometheus });

async function turn(isLast: boolean): Promise<TurnCost> {
  const started = performance.now();
  const files = await goThrough(setup.limit);
  // What waits to be sent, and to be on disk, belongs to the cost.
  if (isLast) await telemetry.flush();
  const wallMillis = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  cpuBefore = process.cpuUsage();
  return { files, cpuMillis: (user + system) / 1000, wallMillis };
}

/** Runs the pipeline until it has seen so many files, round after round; returns how many it were. */
async function goThrough(count: number): Promise<number> {
  const tally = createTally();
  for (let before = -1; tally.files < count && tally.files > before; ) {
    before = tally.files;
    await new Pipeline({ ...setup, limit: count - before }, tally).run(never);
  }
  return tally.files;
}

function start(): Telemetry {
  const { role, otlp, sampling, intervalMillis } = setup;
  const common = { serviceName: 'ast-pipeline', handleSignals: false };
  if (role === 'disabled' || role === 'control') return init({ ...common, mode: 'disabled' });
  return init({
    ...common,
    prometheus: { port: 0 },
    otlp: { endpoint: otlp },
    traces: tracesOf(role === 'traced' ? 1 : sampling),
    metrics: { interval: intervalMillis },
    audit: auditOf(`${setup.output}.audit`),
  });
}
