import { join } from 'node:path';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { parseSwaps } from '../proc/swaps.ts';
import { parseVmstat } from '../proc/vmstat.ts';
import { fileSource, optionally } from '../reading/source.ts';
import { MAJOR_FAULT, MINOR_FAULT } from './attributes.ts';

// A fault that has to wait for the disk is a major one.
const IN = { 'system.paging.direction': 'in', ...MAJOR_FAULT };
const OUT = { 'system.paging.direction': 'out', ...MAJOR_FAULT };

/** `system.paging.*`. */
export function createPaging({ meter, settings, files }: GroupContext): Group {
  const vmstat = fileSource(files, join(settings.procDirectory, 'vmstat'), parseVmstat);
  const swaps = fileSource(files, join(settings.procDirectory, 'swaps'), parseSwaps);
  const set = new InstrumentSet(meter);
  const faults = set.counter('system.paging.faults', '{fault}', 'Page faults');
  const operations = set.counter(
    'system.paging.operations',
    '{operation}',
    'Pages read from and written to swap',
  );
  const usage = set.upDownCounter('system.paging.usage', 'By', 'Swap by state');
  const utilization = set.gauge('system.paging.utilization', '1', 'Share of the swap by state');
  vmstat.read();
  return {
    observables: set.all,
    observe(result) {
      const { minorFaults, majorFaults, swappedIn, swappedOut } = vmstat.read();
      result.observe(faults, minorFaults, MINOR_FAULT);
      result.observe(faults, majorFaults, MAJOR_FAULT);
      if (swappedIn !== undefined) result.observe(operations, swappedIn, IN);
      if (swappedOut !== undefined) result.observe(operations, swappedOut, OUT);
      for (const { device, totalBytes, usedBytes } of optionally(swaps) ?? []) {
        for (const [state, bytes] of Object.entries({ used: usedBytes, free: totalBytes - usedBytes })) {
          const attributes = { 'system.device.name': device, 'system.paging.state': state };
          result.observe(usage, bytes, attributes);
          if (totalBytes > 0) result.observe(utilization, bytes / totalBytes, attributes);
        }
      }
    },
  };
}
