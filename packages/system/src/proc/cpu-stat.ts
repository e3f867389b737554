import { columnsOf, endOfLine } from './columns.ts';
import { endOfDigits, numberAt } from './digits.ts';
import { keyedNumber } from './keyed-number.ts';

/** Modes of `cpu.mode`, in the order in which times are listed. */
export const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'interrupt', 'steal'] as const;

/** Seconds per mode, as {@link CPU_MODES} lists them. */
export type CpuTimes = readonly number[];

/** What `/proc/stat` says. */
export interface CpuStat {
  /** Of all CPUs together. */
  readonly all: CpuTimes;
  /** Per logical CPU, when asked for; those that are off are not there. */
  readonly cpus: ReadonlyMap<number, CpuTimes>;
  /** How many logical CPUs are on. */
  readonly count: number;
  /** Processes and threads created since the machine started. */
  readonly created: number | undefined;
}

/** USER_HZ, which is the same on every architecture that Node.js runs on (time(7), "The software clock, HZ, and jiffies"). */
const TICKS_PER_SECOND = 100;
const PREFIX = 'cpu';
/** Columns up to `steal`. */
const MOST_COLUMNS = 8;
/** Those of the oldest kernels: `user nice system idle`. */
const LEAST_COLUMNS = 4;

/**
 * Reads `/proc/stat` (proc_stat(5)): `cpu user nice system idle iowait irq softirq steal guest guest_nice` in ticks. The
 * time of guests is in `user` and `nice` already. Kernels before 2.6.11 leave out what comes later.
 */
export function parseCpuStat(text: string, perCpu = true): CpuStat | undefined {
  let all: CpuTimes | undefined;
  let count = 0;
  const cpus = new Map<number, CpuTimes>();
  // What follows has a number per interrupt, thousands of them on a large machine.
  for (let start = 0; text.startsWith(PREFIX, start); ) {
    const name = start + PREFIX.length;
    const end = endOfDigits(text, name);
    const isAll = end === name;
    if (!isAll) count++;
    const times = isAll || perCpu ? timesOf(columnsOf(text, end, MOST_COLUMNS)) : undefined;
    if (times !== undefined && isAll) all = times;
    else if (times !== undefined) cpus.set(numberAt(text, name, end), times);
    start = endOfLine(text, end) + 1;
  }
  if (all === undefined) return undefined;
  return { all, cpus, count, created: keyedNumber(text, 'processes') };
}

function timesOf(ticks: readonly number[]): CpuTimes | undefined {
  if (ticks.length < LEAST_COLUMNS) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = ticks;
  return [user, nice, system, idle, iowait, irq + softirq, steal].map((count) => count / TICKS_PER_SECOND);
}
