import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keyedNumber, numberOf } from '../proc/keyed-number.ts';
import type { Membership } from '../proc/self-cgroup.ts';
import type { KernelFiles } from '../reading/kernel-files.ts';
import { textOf } from '../reading/source.ts';
import type { Cgroup, CgroupLimits, CgroupReading } from './cgroup.ts';
import { groupDirectories, leastOf } from './directories.ts';
import { limitBelow } from './version-2.ts';

const NANOS_PER_SECOND = 1e9;
/** Where a controller is mounted, next to its own name. */
const JOINT: Readonly<Record<string, string>> = { cpu: 'cpu,cpuacct', cpuacct: 'cpu,cpuacct' };

/** What tells that a controller is mounted. */
const FILES = { cpu: 'cpu.stat', cpuacct: 'cpuacct.usage', memory: 'memory.usage_in_bytes' } as const;
type Controller = keyof typeof FILES;

/**
 * The control groups of version 1 (kernel, Documentation/admin-guide/cgroup-v1/), one per controller. The root tells what
 * the machine does, unless it is that of a namespace, which shows by a limit. `undefined` when there is no other.
 */
export function openVersion1(
  root: string,
  { controllers }: Membership,
  hostBytes: number,
  files: KernelFiles,
): Cgroup | undefined {
  const names = Object.keys(FILES) as Controller[];
  const pathOf = (name: Controller): string => controllers.get(name) ?? '/';
  const isRoot = names.every((name) => pathOf(name) === '/');
  const own = (name: Controller): string[] =>
    controllers.has(name) && (isRoot || pathOf(name) !== '/') ? directoriesOf(root, name, pathOf(name)) : [];
  const [cpu, accounts, memory] = [own('cpu'), own('cpuacct'), own('memory')];
  if (cpu.length + accounts.length + memory.length === 0) return undefined;
  const limits = (): CgroupLimits => ({
    cpuLimit: leastOf(cpu.map(quotaOf)),
    memoryLimit: leastOf(
      memory.map((directory) => limitBelow(hostBytes, textOf(join(directory, 'memory.limit_in_bytes')))),
    ),
  });
  const { cpuLimit, memoryLimit } = limits();
  if (isRoot && cpuLimit === undefined && memoryLimit === undefined) return undefined;
  const read = (): CgroupReading => ({
    ...readCpu(files, cpu[0]),
    ...readAccounts(files, accounts[0]),
    ...readMemory(files, memory[0]),
  });
  return { version: 1, read, limits };
}

function directoriesOf(root: string, controller: Controller, path: string): string[] {
  const isThere = (directory: string): boolean => existsSync(join(directory, FILES[controller]));
  const tops = [controller, JOINT[controller] ?? controller].map((name) => join(root, name));
  const top = tops.find(isThere);
  return top === undefined ? [] : groupDirectories(top, path).filter(isThere);
}

function readCpu(files: KernelFiles, own: string | undefined): CgroupReading {
  if (own === undefined) return {};
  const stat = files.find(`${own}/cpu.stat`) ?? '';
  return {
    periods: keyedNumber(stat, 'nr_periods'),
    throttledPeriods: keyedNumber(stat, 'nr_throttled'),
    throttledSeconds: seconds(keyedNumber(stat, 'throttled_time')),
  };
}

/** CPUs of the quota; -1 is none. */
function quotaOf(directory: string): number | undefined {
  const quota = numberOf(textOf(join(directory, 'cpu.cfs_quota_us'))?.trim());
  const period = numberOf(textOf(join(directory, 'cpu.cfs_period_us'))?.trim());
  return quota === undefined || period === undefined || quota === 0 || period === 0
    ? undefined
    : quota / period;
}

function readAccounts(files: KernelFiles, own: string | undefined): CgroupReading {
  if (own === undefined) return {};
  const read = (file: string): number | undefined => seconds(numberOf(files.find(`${own}/${file}`)?.trim()));
  return { userSeconds: read('cpuacct.usage_user'), systemSeconds: read('cpuacct.usage_sys') };
}

function readMemory(files: KernelFiles, own: string | undefined): CgroupReading {
  if (own === undefined) return {};
  const stat = files.find(`${own}/memory.stat`) ?? '';
  return {
    memoryUsage: numberOf(files.find(`${own}/memory.usage_in_bytes`)?.trim()),
    residentBytes: keyedNumber(stat, 'total_rss'),
    inactiveFileBytes: keyedNumber(stat, 'total_inactive_file'),
    faults: keyedNumber(stat, 'total_pgfault'),
    majorFaults: keyedNumber(stat, 'total_pgmajfault'),
    oomKills: keyedNumber(files.find(`${own}/memory.oom_control`) ?? '', 'oom_kill'),
  };
}

function seconds(nanos: number | undefined): number | undefined {
  return nanos === undefined ? undefined : nanos / NANOS_PER_SECOND;
}
