import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Memory of a control group that has a limit. */
export interface CgroupMemory {
  /** In use, page cache that can be given back at once left out. */
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly source: 'cgroup-v2' | 'cgroup-v1';
}

interface Layout {
  readonly source: CgroupMemory['source'];
  /** Directory of the hierarchy below the root. */
  readonly hierarchy: string;
  readonly limit: string;
  readonly usage: string;
  /** Key in `memory.stat`. */
  readonly inactive: string;
}

// Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
const LAYOUTS: readonly Layout[] = [
  {
    source: 'cgroup-v2',
    hierarchy: '',
    limit: 'memory.max',
    usage: 'memory.current',
    inactive: 'inactive_file',
  },
  {
    source: 'cgroup-v1',
    hierarchy: 'memory',
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    inactive: 'total_inactive_file',
  },
];

/**
 * Memory of the control group of this process that is nearest to its limit: its own group or one above it, of version 2
 * or else 1. `undefined` when there is no limit below `hostBytes`. `root` is laid out like `/sys/fs/cgroup`.
 */
export async function readCgroupMemory(root: string, hostBytes: number): Promise<CgroupMemory | undefined> {
  const membership = (await textOf('/proc/self/cgroup')) ?? '';
  for (const layout of LAYOUTS) {
    const directories = groupDirectories(join(root, layout.hierarchy), groupPath(membership, layout.source));
    const groups = await Promise.all(directories.map((directory) => readGroup(directory, layout)));
    const limited = groups.filter((group) => group !== undefined && group.limitBytes < hostBytes);
    const [tightest] = limited.sort((a, b) => share(b) - share(a));
    if (tightest !== undefined) return tightest;
  }
  return undefined;
}

function share(group: CgroupMemory | undefined): number {
  return group === undefined ? 0 : group.usedBytes / group.limitBytes;
}

/** Path of this process' group, as lines `0::/path` (version 2) and `4:memory:/path` (version 1) tell it. */
function groupPath(membership: string, source: CgroupMemory['source']): string {
  for (const line of membership.split('\n')) {
    const [id = '', controllers = '', ...path] = line.split(':');
    const isOurs = source === 'cgroup-v2' ? id === '0' : controllers.split(',').includes('memory');
    if (isOurs) return path.join(':');
  }
  return '/';
}

/** The directory of the group and of those above it. In a container, its own group is often the root. */
function groupDirectories(top: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..');
  return Array.from({ length: names.length + 1 }, (_, depth) => join(top, ...names.slice(0, depth)));
}

async function readGroup(directory: string, layout: Layout): Promise<CgroupMemory | undefined> {
  const [limit, usage, stat] = await Promise.all([
    textOf(join(directory, layout.limit)),
    textOf(join(directory, layout.usage)),
    textOf(join(directory, 'memory.stat')),
  ]);
  const limitBytes = bytesOf(limit);
  const usageBytes = bytesOf(usage);
  if (limitBytes === undefined || limitBytes === 0 || usageBytes === undefined) return undefined;
  const line = stat?.split('\n').find((text) => text.startsWith(`${layout.inactive} `));
  const inactiveBytes = bytesOf(line?.slice(layout.inactive.length)) ?? 0;
  return { usedBytes: Math.max(0, usageBytes - inactiveBytes), limitBytes, source: layout.source };
}

/** `max`, which is no limit, is no number either. */
function bytesOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** Text of a file; `undefined` when there is none, or it may not be read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
