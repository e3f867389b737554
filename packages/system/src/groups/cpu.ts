import { availableParallelism, cpus, uptime } from 'node:os';
import { join } from 'node:path';
import type { Attributes, BatchObservableResult } from '@opentelemetry/api';
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
/** libuv opens a file for every answer; the clock goes on by itself, but for the time that the machine is suspended. */
const UPTIME_FRESH_MILLIS = 10_000;

/** `system.cpu.*`, `system.uptime`, `system.process.created`. */
export function createCpu({ meter, settings, files }: GroupContext): Group {
  const isLinux = process.platform === 'linux';
  const source: Source<CpuStat> = isLinux
    ? fileSource(files, join(settings.procDirectory, 'stat'), (text) => parseCpuStat(text, settings.perCpu))
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
  const attributesOfAll = attributesPerMode();
  const attributesOfCpus: (readonly Attributes[])[] = [];
  const readUptime = createUptime();

  const tell = (
    result: BatchObservableResult,
    now: CpuTimes,
    then: CpuTimes | undefined,
    perMode: readonly Attributes[],
  ): void => {
    const elapsed = then === undefined ? 0 : sum(now) - sum(then);
    for (let i = 0; i < CPU_MODES.length; i++) {
      const seconds = now[i];
      if (seconds === undefined || (!isLinux && OF_LINUX.has(CPU_MODES[i] as string))) continue;
      const attributes = perMode[i] as Attributes;
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
      if (settings.perCpu) {
        for (const [cpu, times] of now.cpus) {
          attributesOfCpus[cpu] ??= attributesPerMode(cpu);
          tell(result, times, then.cpus.get(cpu), attributesOfCpus[cpu]);
        }
      } else tell(result, now.all, then.all, attributesOfAll);
      result.observe(count, now.count === 0 ? availableParallelism() : now.count);
      result.observe(up, readUptime());
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
  return { all, cpus: new Map(list.entries()), count: list.length, created: undefined };
}

/** Of each mode, as {@link CPU_MODES} lists them. */
function attributesPerMode(cpu?: number): Attributes[] {
  return CPU_MODES.map((mode) => ({
    'cpu.mode': mode,
    ...(cpu === undefined ? {} : { 'cpu.logical_number': cpu }),
  }));
}

/** Seconds since the machine started. */
function createUptime(): () => number {
  let startedMillis = 0;
  let untilMillis = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMillis = monotonicMillis();
    if (nowMillis >= untilMillis) {
      startedMillis = nowMillis - uptime() * MILLIS_PER_SECOND;
      untilMillis = nowMillis + UPTIME_FRESH_MILLIS;
    }
    return (nowMillis - startedMillis) / MILLIS_PER_SECOND;
  };
}

function sum(times: CpuTimes): number {
  return times.reduce((total, seconds) => total + seconds, 0);
}
