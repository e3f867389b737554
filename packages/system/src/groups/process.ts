import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { monotonicMillis } from '@org/instrument-core';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { parseProcessIo } from '../proc/process-io.ts';
import { parseProcessStatus } from '../proc/process-status.ts';
import { createDescriptorCount } from '../reading/descriptor-count.ts';
import { fileSource, optionally } from '../reading/source.ts';
import { SpanOfTime } from '../span-of-time.ts';

const MICROS_PER_SECOND = 1e6;
const MICROS_PER_MILLI = 1_000;

/** `process.*`. */
export function createProcess({ meter, settings }: GroupContext): Group {
  const self = join(settings.procDirectory, 'self');
  const status = fileSource(join(self, 'status'), parseProcessStatus);
  const io = fileSource(join(self, 'io'), parseProcessIo);
  const countDescriptors = createDescriptorCount(join(self, 'fd'));
  const hostBytes = totalmem();
  const cpus = availableParallelism();
  const set = new InstrumentSet(meter);
  const cpuTime = set.counter('process.cpu.time', 's', 'CPU time by mode');
  const cpuUtilization = set.gauge(
    'process.cpu.utilization',
    '1',
    'CPU time by mode, as a share of the time of all CPUs that the process may use',
  );
  const memory = set.upDownCounter('process.memory.usage', 'By', 'Physical memory in use');
  const virtual = set.upDownCounter('process.memory.virtual', 'By', 'Virtual memory');
  const memoryShare = set.gauge('process.memory.utilization', '1', "Share of the machine's memory in use");
  const diskIo = set.counter('process.disk.io', 'By', 'Bytes that disks were made to read and write');
  const threads = set.upDownCounter('process.thread.count', '{thread}', 'Threads');
  const descriptors = set.upDownCounter(
    'process.unix.file_descriptor.count',
    '{file_descriptor}',
    'File descriptors in use',
  );
  const switches = set.counter(
    'process.context_switches',
    '{context_switch}',
    'Context switches of all threads',
  );
  const faults = set.counter('process.paging.faults', '{fault}', 'Page faults');
  const up = set.gauge('process.uptime', 's', 'Time since the process started');
  const span = new SpanOfTime(settings.intervalMillis, monotonicMillis(), cpuTimes());

  return {
    observables: set.all,
    observe(result) {
      const now = cpuTimes();
      const then = span.at(now.millis, () => now);
      const available = (now.millis - then.millis) * MICROS_PER_MILLI * cpus;
      for (const mode of ['user', 'system'] as const) {
        const attributes = { 'cpu.mode': mode };
        result.observe(cpuTime, now[mode] / MICROS_PER_SECOND, attributes);
        if (available > 0) result.observe(cpuUtilization, (now[mode] - then[mode]) / available, attributes);
      }
      const { residentBytes, virtualBytes, threads: threadCount } = optionally(status) ?? NOTHING;
      const resident = residentBytes ?? process.memoryUsage.rss();
      result.observe(memory, resident);
      result.observe(memoryShare, resident / hostBytes);
      if (virtualBytes !== undefined) result.observe(virtual, virtualBytes);
      if (threadCount !== undefined) result.observe(threads, threadCount);
      const bytes = optionally(io);
      if (bytes !== undefined) {
        result.observe(diskIo, bytes.readBytes, { 'disk.io.direction': 'read' });
        result.observe(diskIo, bytes.writtenBytes, { 'disk.io.direction': 'write' });
      }
      const open = countDescriptors();
      if (open !== undefined) result.observe(descriptors, open);
      const used = process.resourceUsage();
      // Not /proc/self/status: that tells the switches of the main thread only.
      const type = 'process.context_switch.type';
      result.observe(switches, used.voluntaryContextSwitches, { [type]: 'voluntary' });
      result.observe(switches, used.involuntaryContextSwitches, { [type]: 'involuntary' });
      result.observe(faults, used.minorPageFault, { 'system.paging.fault.type': 'minor' });
      result.observe(faults, used.majorPageFault, { 'system.paging.fault.type': 'major' });
      result.observe(up, process.uptime());
    },
  };
}

const NOTHING = { residentBytes: undefined, virtualBytes: undefined, threads: undefined };

function cpuTimes(): { readonly millis: number; readonly user: number; readonly system: number } {
  return { millis: monotonicMillis(), ...process.cpuUsage() };
}
