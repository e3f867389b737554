import { availableParallelism, cpus, uptime } from 'node:os';
import { join } from 'node:path';
import type { BatchObservableResult } from '@opentelemetry/api';
import { monotonicMillis } from '@org/instrument-core';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { CPU_MODES, type CpuStat, type CpuTimes, parseCpuStat } from '../proc/cpu-stat.ts';
import { fileSource, type Source } from '../reading/source.ts';
import { SpanOfTime } from '../span-of-time.ts';
import { rising } from './rising.ts';

const MILLIS_PER_SECOND = 1_000;
/** Times that only Linux tells. */
const OF_LINUX = new Set(['iowait', 'steal']);

/** `system.cpu.*`, `system.uptime`, `system.process.created`. */
export function createCpu({ meter, settings }: GroupContext): Group {
  const isLinux = process.platform === 'linux';
  const source: Source<CpuStat> = isLinux
    ? fileSource(join(settings.procDirectory, 'stat'), parseCpuStat)
    : { read: statOfNode };
  const set = new InstrumentSet(meter);
  const time = set.counter('system.cpu.time', 's', 'Seconds each logical CPU spent on each mode');
  const utilization = set.gauge('system.cpu.utilization', '1', 'Share of the time spent on each mode');
  const count = set.upDownCounter('system.cpu.logical.count', '{cpu}', 'Logical CPUs that are on');
  const up = set.gauge('system.uptime', 's', 'Time since the machine started');
  const created = set.counter('system.process.created', '{process}', 'Processes and threads created');
  const first = rising(source.read());
  let last = first;
  const span = new SpanOfTime(settings.intervalMillis, monotonicMillis(), first);

  const tell = (
    result: BatchObservableResult,
    now: CpuTimes,
    then: CpuTimes | undefined,
    cpu?: number,
  ): void => {
    const elapsed = then === undefined ? 0 : sum(now) - sum(then);
    for (const [i, mode] of CPU_MODES.entries()) {
      const seconds = now[i];
      if (seconds === undefined || (!isLinux && OF_LINUX.has(mode))) continue;
      const attributes = { 'cpu.mode': mode, ...(cpu === undefined ? {} : { 'cpu.logical_number': cpu }) };
      result.observe(time, seconds, attributes);
      const busy = seconds - (then?.[i] ?? 0);
      if (elapsed > 0) result.observe(utilization, Math.min(1, Math.max(0, busy / elapsed)), attributes);
    }
  };

  return {
    observables: set.all,
    observe(result) {
      const now = rising(source.read(), last);
      last = now;
      const then = span.at(monotonicMillis(), () => now);
      if (settings.perCpu) for (const [cpu, times] of now.cpus) tell(result, times, then.cpus.get(cpu), cpu);
      else tell(result, now.all, then.all);
      result.observe(count, now.cpus.size === 0 ? availableParallelism() : now.cpus.size);
      result.observe(up, uptime());
      if (now.created !== undefined) result.observe(created, now.created);
    },
  };
}

/** What Node.js tells on every platform, in milliseconds. */
function statOfNode(): CpuStat {
  const list = cpus().map(({ times: { user, nice, sys, idle, irq } }) =>
    [user, nice, sys, idle, 0, irq, 0].map((millis) => millis / MILLIS_PER_SECOND),
  );
  if (list.length === 0) throw new Error('Node.js tells nothing of the CPUs');
  const all = CPU_MODES.map((_, i) => list.reduce((total, times) => total + (times[i] ?? 0), 0));
  return { all, cpus: new Map(list.entries()), created: undefined };
}

function sum(times: CpuTimes): number {
  return times.reduce((total, seconds) => total + seconds, 0);
}
