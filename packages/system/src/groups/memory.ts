import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { type Meminfo, parseMeminfo } from '../proc/meminfo.ts';
import { fileSource, type Source } from '../reading/source.ts';

const USED = { 'system.memory.state': 'used' };
const AVAILABLE = { 'system.memory.state': 'available' };
const FREE = { 'system.memory.state': 'free' };
const BUFFERS = { 'system.memory.state': 'buffers' };
const CACHED = { 'system.memory.state': 'cached' };
const RECLAIMABLE = { 'system.memory.linux.slab.state': 'reclaimable' };
const UNRECLAIMABLE = { 'system.memory.linux.slab.state': 'unreclaimable' };

/** `system.memory.*`. */
export function createMemory({ meter, settings, files }: GroupContext): Group {
  const isLinux = process.platform === 'linux';
  const source = isLinux ? fileSource(files, join(settings.procDirectory, 'meminfo'), parseMeminfo) : OF_NODE;
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
      const { total } = now;
      const tell = (bytes: number, attributes: Attributes): void => {
        result.observe(usage, bytes, attributes);
        result.observe(utilization, bytes / total, attributes);
      };
      tell(total - now.available, USED);
      tell(now.available, AVAILABLE);
      tell(now.free, FREE);
      result.observe(limit, total);
      if (!isLinux) return;
      tell(now.buffers, BUFFERS);
      tell(now.cached, CACHED);
      result.observe(available, now.available);
      if (now.shared !== undefined) result.observe(shared, now.shared);
      if (now.slabReclaimable !== undefined) result.observe(slab, now.slabReclaimable, RECLAIMABLE);
      if (now.slabUnreclaimable !== undefined) result.observe(slab, now.slabUnreclaimable, UNRECLAIMABLE);
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
