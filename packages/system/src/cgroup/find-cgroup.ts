import { join } from 'node:path';
import { parseSelfCgroup } from '../proc/self-cgroup.ts';
import type { KernelFiles } from '../reading/kernel-files.ts';
import { readSmallFile } from '../reading/small-file.ts';
import type { Cgroup } from './cgroup.ts';
import { openVersion1 } from './version-1.ts';
import { openVersion2 } from './version-2.ts';

/**
 * The control group of this process, of version 2 or else of 1; `undefined` when it is in none but the root. A machine
 * may have both, the controllers being in version 1. Throws when `self/cgroup` cannot be read.
 */
export function findCgroup(
  procDirectory: string,
  cgroupDirectory: string,
  hostBytes: number,
  files: KernelFiles,
): Cgroup | undefined {
  const membership = parseSelfCgroup(readSmallFile(join(procDirectory, 'self/cgroup')));
  if (membership === undefined) return undefined;
  const { unified } = membership;
  return (
    (unified === undefined ? undefined : openVersion2(cgroupDirectory, unified, hostBytes, files)) ??
    openVersion1(cgroupDirectory, membership, hostBytes, files)
  );
}
