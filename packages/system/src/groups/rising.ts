import type { CpuStat, CpuTimes } from '../proc/cpu-stat.ts';

/** A CPU that is switched on again begins at zero; what goes back by less is a correction of the kernel. */
const MOST_CORRECTED_SECONDS = 3;

/**
 * Times that do not go back by a little: those of idling and waiting do, a few ticks at a time (proc_stat(5), "iowait"),
 * and a counter that falls counts as one that was reset.
 */
export function rising(now: CpuStat, last?: CpuStat): CpuStat {
  if (last === undefined) return now;
  const cpus = new Map<number, CpuTimes>();
  for (const [cpu, times] of now.cpus) cpus.set(cpu, notBelow(times, last.cpus.get(cpu)));
  return { all: notBelow(now.all, last.all), cpus, count: now.count, created: now.created };
}

function notBelow(now: CpuTimes, last: CpuTimes | undefined): CpuTimes {
  if (last === undefined) return now;
  return now.map((seconds, i) => {
    const before = last[i] ?? 0;
    return seconds < before && before - seconds < MOST_CORRECTED_SECONDS ? before : seconds;
  });
}
