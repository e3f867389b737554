import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf, tell } from '@org/instrument-core';
import type { KernelFiles } from './kernel-files.ts';

/**
 * Where the traffic of the machine is told that `procDirectory` is of. The kernel's `net` is a link to `self/net`, the network
 * of whoever reads (proc_pid_net(5)): in a container that has the host's `/proc`, still its own. The host's is that of the
 * first process there; where that one may not be looked at (`hidepid` of proc(5)), it is said once that the own is shown.
 */
export function netDevPath(files: KernelFiles, procDirectory: string): string {
  const own = join(procDirectory, 'net/dev');
  if (resolve(procDirectory) === '/proc' || !isLink(join(procDirectory, 'net'))) return own;
  const ofFirst = join(procDirectory, '1/net/dev');
  try {
    files.read(ofFirst);
    return ofFirst;
  } catch (error) {
    tell('warn', `system: network metrics are of the network of this process alone: ${reasonOf(error)}`);
    return own;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
