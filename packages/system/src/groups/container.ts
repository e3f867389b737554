import { totalmem } from 'node:os';
import type { Attributes, Observable } from '@opentelemetry/api';
import { monotonicMillis } from '@org/instrument-core';
import { findCgroup } from '../cgroup/find-cgroup.ts';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { SpanOfTime } from '../span-of-time.ts';
import { MAJOR_FAULT, MINOR_FAULT, SYSTEM_CPU, USER_CPU } from './attributes.ts';

const MILLIS_PER_SECOND = 1_000;
/** Limits change when somebody changes them. */
const LIMITS_FRESH_MILLIS = 10_000;

/** `container.*`, and limits and throttling, which have no convention, as `instrument.cgroup.*`. */
export function createContainer({ meter, settings, files }: GroupContext): Group {
  const { procDirectory, cgroupDirectory, intervalMillis } = settings;
  const found = findCgroup(procDirectory, cgroupDirectory, totalmem(), files);
  // Most processes are in none: no reason for a word.
  if (found === undefined) return { observables: [], observe() {} };
  const cgroup = found;
  const set = new InstrumentSet(meter);
  const cpuTime = set.counter('container.cpu.time', 's', 'CPU time by mode');
  const cpuUsage = set.gauge('container.cpu.usage', '{cpu}', 'CPUs in use by mode');
  const memory = set.upDownCounter('container.memory.usage', 'By', 'Memory in use, page cache included');
  const workingSet = set.upDownCounter(
    'container.memory.working_set',
    'By',
    'Memory that cannot be given back at once',
  );
  const resident = set.upDownCounter('container.memory.rss', 'By', 'Anonymous memory in use');
  const available = set.upDownCounter('container.memory.available', 'By', 'Limit less the working set');
  const faults = set.counter('container.paging.faults', '{fault}', 'Page faults');
  const cpuLimit = set.gauge('instrument.cgroup.cpu.limit', '{cpu}', 'CPUs that may be used');
  const periods = set.counter(
    'instrument.cgroup.cpu.periods',
    '{period}',
    'Periods in which the CPU limit counted',
  );
  const throttled = set.counter(
    'instrument.cgroup.cpu.throttled.periods',
    '{period}',
    'Those with throttling',
  );
  const throttledTime = set.counter(
    'instrument.cgroup.cpu.throttled.time',
    's',
    'Time that threads had to wait',
  );
  const memoryLimit = set.upDownCounter('instrument.cgroup.memory.limit', 'By', 'Memory that may be used');
  const memoryShare = set.gauge(
    'instrument.cgroup.memory.utilization',
    '1',
    'Working set as a share of the limit',
  );
  const oomKills = set.counter(
    'instrument.cgroup.memory.oom_kills',
    '{kill}',
    'Processes killed at the limit',
  );
  const take = () => ({ millis: monotonicMillis(), ...cgroup.read() });
  const first = take();
  const span = new SpanOfTime(intervalMillis, first.millis, first);
  let limits = cgroup.limits();
  let limitsUntil = first.millis + LIMITS_FRESH_MILLIS;

  return {
    observables: set.all,
    observe(result) {
      const tell = (instrument: Observable, value: number | undefined, attributes?: Attributes): void => {
        if (value !== undefined) result.observe(instrument, value, attributes);
      };
      const now = take();
      const then = span.at(now.millis, () => now);
      if (now.millis >= limitsUntil) {
        limits = cgroup.limits();
        limitsUntil = now.millis + LIMITS_FRESH_MILLIS;
      }
      const elapsed = (now.millis - then.millis) / MILLIS_PER_SECOND;
      const tellCpu = (
        seconds: number | undefined,
        before: number | undefined,
        attributes: Attributes,
      ): void => {
        tell(cpuTime, seconds, attributes);
        if (seconds === undefined || before === undefined || elapsed <= 0) return;
        tell(cpuUsage, Math.max(0, seconds - before) / elapsed, attributes);
      };
      tellCpu(now.userSeconds, then.userSeconds, USER_CPU);
      tellCpu(now.systemSeconds, then.systemSeconds, SYSTEM_CPU);
      tell(cpuLimit, limits.cpuLimit);
      tell(periods, now.periods);
      tell(throttled, now.throttledPeriods);
      tell(throttledTime, now.throttledSeconds);
      tell(memory, now.memoryUsage);
      tell(resident, now.residentBytes);
      tell(memoryLimit, limits.memoryLimit);
      tell(oomKills, now.oomKills);
      if (now.faults !== undefined && now.majorFaults !== undefined) {
        tell(faults, Math.max(0, now.faults - now.majorFaults), MINOR_FAULT);
        tell(faults, now.majorFaults, MAJOR_FAULT);
      }
      if (now.memoryUsage === undefined) return;
      const working = Math.max(0, now.memoryUsage - (now.inactiveFileBytes ?? 0));
      tell(workingSet, working);
      if (limits.memoryLimit === undefined) return;
      tell(available, Math.max(0, limits.memoryLimit - working));
      tell(memoryShare, working / limits.memoryLimit);
    },
  };
}
