import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keyedNumber, numberOf } from '../proc/keyed-number.ts';
import type { KernelFiles } from '../reading/kernel-files.ts';
import { textOf } from '../reading/source.ts';
import type { Cgroup } from './cgroup.ts';
import { groupDirectories, leastOf } from './directories.ts';

const MICROS_PER_SECOND = 1e6;

/**
 * The control group of version 2 at `path` (kernel, Documentation/admin-guide/cgroup-v2.rst). `undefined` when it tells
 * nothing but what the machine does: the root has no `memory.current`.
 */
export function openVersion2(
  root: string,
  path: string,
  hostBytes: number,
  files: KernelFiles,
): Cgroup | undefined {
  if (!existsSync(join(root, 'cgroup.controllers'))) return undefined;
  const directories = groupDirectories(root, path).filter((directory) =>
    existsSync(join(directory, 'cpu.stat')),
  );
  const [own] = directories;
  if (own === undefined) return undefined;
  if (!existsSync(join(own, 'memory.current')) && !existsSync(join(own, 'cpu.max'))) return undefined;
  return {
    version: 2,
    read() {
      const cpu = files.find(`${own}/cpu.stat`) ?? '';
      const memory = files.find(`${own}/memory.stat`) ?? '';
      return {
        userSeconds: seconds(keyedNumber(cpu, 'user_usec')),
        systemSeconds: seconds(keyedNumber(cpu, 'system_usec')),
        periods: keyedNumber(cpu, 'nr_periods'),
        throttledPeriods: keyedNumber(cpu, 'nr_throttled'),
        throttledSeconds: seconds(keyedNumber(cpu, 'throttled_usec')),
        memoryUsage: numberOf(files.find(`${own}/memory.current`)?.trim()),
        residentBytes: keyedNumber(memory, 'anon'),
        inactiveFileBytes: keyedNumber(memory, 'inactive_file'),
        faults: keyedNumber(memory, 'pgfault'),
        majorFaults: keyedNumber(memory, 'pgmajfault'),
        oomKills: keyedNumber(files.find(`${own}/memory.events`) ?? '', 'oom_kill'),
      };
    },
    limits: () => ({
      cpuLimit: leastOf(directories.map((directory) => parseCpuMax(textOf(join(directory, 'cpu.max'))))),
      memoryLimit: leastOf(
        directories.map((directory) => limitBelow(hostBytes, textOf(join(directory, 'memory.max')))),
      ),
    }),
  };
}

/** CPUs of `cpu.max`: `max 100000` is no limit, `50000 100000` half a CPU. */
export function parseCpuMax(text: string | undefined): number | undefined {
  const match = /^(\d{1,16}) (\d{1,16})\s*$/.exec(text ?? '');
  const cpus = match === null ? 0 : Number(match[1]) / Number(match[2]);
  return Number.isFinite(cpus) && cpus > 0 ? cpus : undefined;
}

/** Bytes of a limit; one of the machine's memory or more is none. */
export function limitBelow(hostBytes: number, text: string | undefined): number | undefined {
  const bytes = numberOf(text?.trim());
  return bytes === undefined || bytes === 0 || bytes >= hostBytes ? undefined : bytes;
}

function seconds(micros: number | undefined): number | undefined {
  return micros === undefined ? undefined : micros / MICROS_PER_SECOND;
}
