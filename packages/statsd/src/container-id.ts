import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Form } from './settings.ts';

const CGROUP_FILE = '/proc/self/cgroup';
const CGROUP_ROOT = '/sys/fs/cgroup';
/** The namespace of control groups that the host has (Linux, `PROC_CGROUP_INIT_INO`). */
const HOST_NAMESPACE = 0xef_ff_ff_fb;

/** What says which container lines are from: an id, `in-` and an inode, or nothing. */
export function containerIdOf(
  { dialect, containerId, usesInode }: Form,
  ofResource: string,
): string | undefined {
  if (dialect !== 'dogstatsd' || containerId === false) return undefined;
  if (typeof containerId === 'string') return containerId;
  if (ofResource !== '') return ofResource;
  if (!usesInode) return undefined;
  inode ??= findInode() ?? '';
  return inode === '' ? undefined : inode;
}

let inode: string | undefined;

/** The inode of this process's control group, as the Agent looks for it; of no use outside of a container. */
function findInode(): string | undefined {
  try {
    if (statSync('/proc/self/ns/cgroup').ino === HOST_NAMESPACE) return undefined;
    const lines = readFileSync(CGROUP_FILE, 'utf8').split('\n');
    // The unified hierarchy (v2) is number 0 and has no controllers; of v1 the memory controller is what counts.
    for (const line of lines) {
      const [number, controllers = '', path = ''] = line.split(':');
      if (number === '0' && controllers === '') return `in-${statSync(join(CGROUP_ROOT, path)).ino}`;
      if (controllers === 'memory') return `in-${statSync(join(CGROUP_ROOT, 'memory', path)).ino}`;
    }
  } catch {
    // Not Linux, or nothing that we may see.
  }
  return undefined;
}
