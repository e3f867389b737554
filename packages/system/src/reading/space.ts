import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { within } from '@org/instrument-core';
import type { Mount } from '../proc/mountinfo.ts';

/** Space of a file system, in bytes; used, free and reserved are all of it. */
export interface Space {
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** For those without privileges. */
  readonly freeBytes: number;
  /** For those with privileges only. */
  readonly reservedBytes: number;
}

/** Questions under way at a time. One that hangs keeps a thread of Node's pool, of which there are four. */
const MOST_ASKED = 2;
const TIMEOUT_MILLIS = 1_000;

/**
 * Asks file systems for their space, on threads of Node's pool. One that does not answer within a second is left out, and
 * not asked again before it has answered; while two do not, none is. Never rejects.
 */
export function createSpaceReader(
  ask: (path: string) => Promise<StatsFs> = statfs,
  timeoutMillis: number = TIMEOUT_MILLIS,
): (mounts: readonly Mount[]) => Promise<(readonly [Mount, Space])[]> {
  const pending = new Set<string>();

  return async (mounts) => {
    const found: (readonly [Mount, Space])[] = [];
    const queue = mounts.filter(({ mountpoint }) => !pending.has(mountpoint));
    let isLate = false;
    const lane = async (): Promise<void> => {
      for (let mount = queue.shift(); mount !== undefined && !isLate; mount = queue.shift()) {
        const { mountpoint } = mount;
        pending.add(mountpoint);
        try {
          const space = spaceOf(await ask(mountpoint));
          if (space !== undefined && !isLate) found.push([mount, space]);
        } catch {
          // Not there any more, or not for us.
        } finally {
          pending.delete(mountpoint);
        }
      }
    };
    const lanes = Math.min(MOST_ASKED - pending.size, queue.length);
    const all = Promise.all(Array.from({ length: Math.max(0, lanes) }, lane));
    await within<unknown>(all, timeoutMillis, () => {}, { ref: true });
    isLate = true;
    return found;
  };
}

/** Blocks as statvfs(3) tells them; `undefined` where there are none, as for what is in memory. */
function spaceOf({ bsize, blocks, bfree, bavail }: StatsFs): Space | undefined {
  if (!(blocks > 0 && bsize > 0 && bfree <= blocks && bavail <= bfree)) return undefined;
  return {
    totalBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
    freeBytes: bavail * bsize,
    reservedBytes: (bfree - bavail) * bsize,
  };
}
