import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { type Meminfo, parseMeminfo } from '../proc/meminfo.ts';
import { fileSource, type Source } from '../reading/source.ts';

/** `system.memory.*`. */
export function createMemory({ meter, settings }: GroupContext): Group {
  const isLinux = process.platform === 'linux';
  const source = isLinux ? fileSource(join(settings.procDirectory, 'meminfo'), parseMeminfo) : OF_NODE;
  const set = new InstrumentSet(meter);
  const usage = set.upDownCounter(
    'system.memory.usage',
    'By',
    'Memory by state; used and available are all of it',
  );
  const utilization = set.gauge('system.memory.utilization', '1', 'Share of the memory by state');
  const limit = set.upDownCounter('system.memory.limit', 'By', 'Memory of the machine');
  const linux = (name: string, description: string) =>
    set.upDownCounter(`system.memory.linux.${name}`, 'By', description);
  const available = linux('available', 'Memory that can be had without swapping');
  const shared = linux('shared', 'Shared memory, mostly of tmpfs');
  const slab = linux('slab.usage', "Memory of the kernel's own caches");
  source.read();
  return {
    observables: set.all,
    observe(result) {
      const now = source.read();
      const { total, free, buffers, cached } = now;
      const states = { used: total - now.available, available: now.available, free };
      for (const [state, bytes] of Object.entries(isLinux ? { ...states, buffers, cached } : states)) {
        const attributes = { 'system.memory.state': state };
        result.observe(usage, bytes, attributes);
        result.observe(utilization, bytes / total, attributes);
      }
      result.observe(limit, total);
      if (!isLinux) return;
      result.observe(available, now.available);
      if (now.shared !== undefined) result.observe(shared, now.shared);
      const slabs = { reclaimable: now.slabReclaimable, unreclaimable: now.slabUnreclaimable };
      for (const [state, bytes] of Object.entries(slabs)) {
        if (bytes !== undefined) result.observe(slab, bytes, { 'system.memory.linux.slab.state': state });
      }
    },
  };
}

const OF_NODE: Source<Meminfo> = {
  read() {
    const [total, free] = [totalmem(), freemem()];
    const unknown = { shared: undefined, slabReclaimable: undefined, slabUnreclaimable: undefined };
    return { total, free, available: free, buffers: 0, cached: 0, ...unknown };
  },
};
