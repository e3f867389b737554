import { init, type Telemetry } from '@org/instrument';
import { Pipeline } from '../pipeline.ts';
import { createTally } from '../tally.ts';
import { tracesOf } from '../telemetry.ts';
import type { ChildMessage, ChildSetup, ProcessCost } from './protocol.ts';

// A measured process of a comparison: one role from its start to its end, as a service has it.

const setup = JSON.parse(process.argv[2] ?? '{}') as ChildSetup;
const never = new AbortController().signal;

process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the parent ends its child itself.
process.on('SIGINT', () => undefined);

const telemetry = start();
await telemetry.ready;
tell({ kind: 'metrics', url: telemetry.endpoints.prometheus });
await goThrough(setup.warmUp);
const cost = await measured();
await telemetry.shutdown();
tell({ kind: 'cost', cost });

/** What is recorded is sent off within the time measured. */
async function measured(): Promise<ProcessCost> {
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const files = await goThrough(setup.limit);
  await telemetry.flush();
  const cpu = process.cpuUsage(cpuBefore);
  const wallMillis = performance.now() - started;
  return { files, cpuMillis: (cpu.user + cpu.system) / 1000, wallMillis };
}

/** Runs the pipeline until it has seen so many files, round after round; returns how many it were. */
async function goThrough(count: number): Promise<number> {
  const tally = createTally();
  for (let before = -1; tally.files < count && tally.files > before; ) {
    before = tally.files;
    await new Pipeline({ ...setup, limit: Math.min(setup.limit, count - before) }, tally).run(never);
  }
  return tally.files;
}

function start(): Telemetry {
  const { role, otlp, sampling } = setup;
  const common = { serviceName: 'ast-pipeline', handleSignals: false };
  if (role === 'disabled' || role === 'control') return init({ ...common, mode: 'disabled' });
  return init({
    ...common,
    prometheus: { port: 0 },
    otlp: { endpoint: otlp },
    traces: tracesOf(role === 'traced' ? 1 : sampling),
    metrics: { interval: '5s' },
  });
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}
