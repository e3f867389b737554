import { totalmem } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { start } from './bed.ts';
import { useDiagnostics } from './diagnostics.ts';

const { platform } = process;
const said = useDiagnostics();

afterEach(() => setPlatform(platform));

/** What the package asks, and not Node.js itself: its figures are those of this machine. */
function setPlatform(name: NodeJS.Platform): void {
  Object.defineProperty(process, 'platform', { value: name });
}

test.for<[NodeJS.Platform, readonly string[]]>([
  ['darwin', ['paging', 'disk', 'filesystem', 'network', 'container']],
  ['win32', ['load', 'paging', 'disk', 'filesystem', 'network', 'container']],
])('on %s there is what Node.js tells', async ([name, missing]) => {
  setPlatform(name);
  const { collect } = start({ procDirectory: '/does/not/exist', perCpu: true });
  const metrics = await collect();
  expect(said.map((line) => /^info: system: there are no (\w+) metrics: /.exec(line)?.[1])).toEqual(missing);
  const modes = Object.keys(metrics['system.cpu.time'] ?? {}).filter((key) => key.endsWith(',0'));
  expect(modes).toEqual(['user,0', 'nice,0', 'system,0', 'idle,0', 'interrupt,0']);
  const { used = 0, available = 0 } = metrics['system.memory.usage'] ?? {};
  expect(used + available).toBe(totalmem());
  expect(metrics['system.memory.usage']?.cached).toBeUndefined();
  expect(metrics['process.memory.usage']?.['']).toBeGreaterThan(10_000_000);
  expect(metrics['process.memory.virtual']).toBeUndefined();
  expect(metrics['process.context_switches']).toBeDefined();
  expect(metrics['system.cpu.load_average.1m'] === undefined).toBe(name === 'win32');
  const names = Object.keys(metrics);
  for (const metric of [
    'process.cpu.time',
    'nodejs.eventloop.time',
    'v8js.memory.heap.used',
    'system.uptime',
  ]) {
    expect(names).toContain(metric);
  }
});
