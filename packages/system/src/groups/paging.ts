import { join } from 'node:path';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { parseSwaps } from '../proc/swaps.ts';
import { parseVmstat } from '../proc/vmstat.ts';
import { fileSource, optionally } from '../reading/source.ts';

/** `system.paging.*`. */
export function createPaging({ meter, settings }: GroupContext): Group {
  const vmstat = fileSource(join(settings.procDirectory, 'vmstat'), parseVmstat);
  const swaps = fileSource(join(settings.procDirectory, 'swaps'), parseSwaps);
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
      result.observe(faults, minorFaults, { 'system.paging.fault.type': 'minor' });
      result.observe(faults, majorFaults, { 'system.paging.fault.type': 'major' });
      // A fault that has to wait for the disk is a major one.
      for (const [direction, pages] of Object.entries({ in: swappedIn, out: swappedOut })) {
        const attributes = { 'system.paging.direction': direction, 'system.paging.fault.type': 'major' };
        if (pages !== undefined) result.observe(operations, pages, attributes);
      }
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
