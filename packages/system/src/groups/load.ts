import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { type LoadAverage, parseLoadavg } from '../proc/loadavg.ts';
import type { KernelFiles } from '../reading/kernel-files.ts';
import { fileSource, type Source } from '../reading/source.ts';

/** `system.cpu.load_average.*`, as the collector's host metrics receiver names it: there is no convention. */
export function createLoad({ meter, settings, files }: GroupContext): Group {
  const source = sourceOf(files, settings.procDirectory);
  const set = new InstrumentSet(meter);
  const gauges = [1, 5, 15].map((minutes) =>
    set.gauge(
      `system.cpu.load_average.${minutes}m`,
      '{thread}',
      `Mean length of the run queue over ${minutes} min`,
    ),
  );
  source.read();
  return {
    observables: set.all,
    observe(result) {
      const load = source.read();
      for (const [i, gauge] of gauges.entries()) result.observe(gauge, load[i] ?? 0);
    },
  };
}

function sourceOf(files: KernelFiles, procDirectory: string): Source<LoadAverage> {
  if (process.platform === 'linux') return fileSource(files, join(procDirectory, 'loadavg'), parseLoadavg);
  // Node.js answers 0, 0, 0 there.
  if (process.platform === 'win32') throw new Error('Windows has no load average');
  return { read: () => loadavg() as [number, number, number] };
}
