import { keyedNumber } from './keyed-number.ts';

/** Modes of `cpu.mode`, in the order in which times are listed. */
export const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'interrupt', 'steal'] as const;

/** Seconds per mode, as {@link CPU_MODES} lists them. */
export type CpuTimes = readonly number[];

/** What `/proc/stat` says. */
export interface CpuStat {
  /** Of all CPUs together. */
  readonly all: CpuTimes;
  /** Per logical CPU; those that are off are not there. */
  readonly cpus: ReadonlyMap<number, CpuTimes>;
  /** Processes and threads created since the machine started. */
  readonly created: number | undefined;
}

/** USER_HZ, which is the same on every architecture that Node.js runs on (time(7), "The software clock, HZ, and jiffies"). */
const TICKS_PER_SECOND = 100;
const LINE = /^cpu(\d*) +(.*)$/;

/**
 * Reads `/proc/stat` (proc_stat(5)): `cpu user nice system idle iowait irq softirq steal guest guest_nice` in ticks. The
 * time of guests is in `user` and `nice` already. Kernels before 2.6.11 leave out what comes later.
 */
export function parseCpuStat(text: string): CpuStat | undefined {
  let all: CpuTimes | undefined;
  const cpus = new Map<number, CpuTimes>();
  // What follows has a number per interrupt, thousands of them on a large machine.
  for (let start = 0; text.startsWith('cpu', start); ) {
    const end = text.indexOf('\n', start);
    const match = LINE.exec(text.slice(start, end < 0 ? undefined : end));
    const times = match === null ? undefined : timesOf(match[2] as string);
    if (times !== undefined && match?.[1] === '') all = times;
    else if (times !== undefined) cpus.set(Number(match?.[1]), times);
    if (end < 0) break;
    start = end + 1;
  }
  if (all === undefined) return undefined;
  return { all, cpus, created: keyedNumber(text, 'processes') };
}

function timesOf(text: string): CpuTimes | undefined {
  const ticks = text.trim().split(/ +/).map(Number);
  if (ticks.length < 4 || !ticks.every((count) => Number.isFinite(count) && count >= 0)) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = ticks;
  return [user, nice, system, idle, iowait, irq + softirq, steal].map((count) => count / TICKS_PER_SECOND);
}
