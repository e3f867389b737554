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
import { MAJOR_FAULT, MINOR_FAULT, SYSTEM_CPU, USER_CPU } from './attributes.ts';

const MICROS_PER_SECOND = 1e6;
const MICROS_PER_MILLI = 1_000;

const READ = { 'disk.io.direction': 'read' };
const WRITE = { 'disk.io.direction': 'write' };
const VOLUNTARY = { 'process.context_switch.type': 'voluntary' };
const INVOLUNTARY = { 'process.context_switch.type': 'involuntary' };

/** `process.*`. */
export function createProcess({ meter, settings, files }: GroupContext): Group {
  const self = join(settings.procDirectory, 'self');
  const status = fileSource(files, join(self, 'status'), parseProcessStatus);
  const io = fileSource(files, join(self, 'io'), parseProcessIo);
  const countDescriptors = createDescriptorCount(files, join(self, 'fd'));
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
  const span = new SpanOfTime(settings.intervalMillis, monotonicMillis(), takeUsage());

  return {
    observables: set.all,
    observe(result) {
      const now = takeUsage();
      const then = span.at(now.millis, () => now);
      const { usage } = now;
      result.observe(cpuTime, usage.userCPUTime / MICROS_PER_SECOND, USER_CPU);
      result.observe(cpuTime, usage.systemCPUTime / MICROS_PER_SECOND, SYSTEM_CPU);
      const available = (now.millis - then.millis) * MICROS_PER_MILLI * cpus;
      if (available > 0) {
        const before = then.usage;
        result.observe(cpuUtilization, (usage.userCPUTime - before.userCPUTime) / available, USER_CPU);
        result.observe(cpuUtilization, (usage.systemCPUTime - before.systemCPUTime) / available, SYSTEM_CPU);
      }
      const { residentBytes, virtualBytes, threads: threadCount } = optionally(status) ?? NOTHING;
      const resident = residentBytes ?? process.memoryUsage.rss();
      result.observe(memory, resident);
      result.observe(memoryShare, resident / hostBytes);
      if (virtualBytes !== undefined) result.observe(virtual, virtualBytes);
      if (threadCount !== undefined) result.observe(threads, threadCount);
      const bytes = optionally(io);
      if (bytes !== undefined) {
        result.observe(diskIo, bytes.readBytes, READ);
        result.observe(diskIo, bytes.writtenBytes, WRITE);
      }
      const open = countDescriptors();
      if (open !== undefined) result.observe(descriptors, open);
      // Not /proc/self/status: that tells the switches of the main thread only.
      result.observe(switches, usage.voluntaryContextSwitches, VOLUNTARY);
      result.observe(switches, usage.involuntaryContextSwitches, INVOLUNTARY);
      result.observe(faults, usage.minorPageFault, MINOR_FAULT);
      result.observe(faults, usage.majorPageFault, MAJOR_FAULT);
      result.observe(up, process.uptime());
    },
  };
}

const NOTHING = { residentBytes: undefined, virtualBytes: undefined, threads: undefined };

/** With the CPU time of `process.cpuUsage()`: both ask getrusage(2). */
function takeUsage(): { readonly millis: number; readonly usage: NodeJS.ResourceUsage } {
  return { millis: monotonicMillis(), usage: process.resourceUsage() };
}
