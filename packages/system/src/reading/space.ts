import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { monotonicMillis, within } from '@org/instrument-core';
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
/** As long as Prometheus goes by a value after which none came (its `query.lookback-delta`). */
const KEPT_MILLIS = 5 * 60 * 1_000;

/** How file systems are asked for their space. */
export interface SpaceReaderOptions {
  /** Default: `statfs`. */
  readonly ask?: ((path: string) => Promise<StatsFs>) | undefined;
  /** Longest wait for answers, in milliseconds. Default 1,000. */
  readonly timeoutMillis?: number | undefined;
  /** How long an answer stands for those that do not come, in milliseconds. Default 300,000. */
  readonly keptMillis?: number | undefined;
}

/** What a file system answered last. */
interface Answer {
  /** Another one may be mounted there by now. */
  readonly id: string;
  readonly space: Space;
  readonly atMillis: number;
}

/**
 * Asks file systems for their space, on threads of Node's pool. One that does not answer within a second, because it hangs or
 * because the application has work for all threads, is shown as it was last, for up to five minutes. It is not asked again
 * before it has answered; while two have not, none is. Never rejects.
 */
export function createSpaceReader({
  ask = statfs,
  timeoutMillis = TIMEOUT_MILLIS,
  keptMillis = KEPT_MILLIS,
}: SpaceReaderOptions = {}): (mounts: readonly Mount[]) => Promise<(readonly [Mount, Space])[]> {
  const pending = new Set<string>();
  const answers = new Map<string, Answer>();

  async function askOne({ id, mountpoint }: Mount): Promise<void> {
    pending.add(mountpoint);
    let space: Space | undefined;
    try {
      space = spaceOf(await ask(mountpoint));
    } catch {
      // Not there any more, or not for us.
    }
    pending.delete(mountpoint);
    if (space === undefined) answers.delete(mountpoint);
    else answers.set(mountpoint, { id, space, atMillis: monotonicMillis() });
  }

  function forgetOld(): void {
    const oldest = monotonicMillis() - keptMillis;
    for (const [mountpoint, { atMillis }] of answers) if (atMillis < oldest) answers.delete(mountpoint);
  }

  return async (mounts) => {
    const queue = mounts.filter(({ mountpoint }) => !pending.has(mountpoint));
    // It goes on when nobody waits any more: with a busy pool, those at the end would never be asked otherwise.
    const lane = async (): Promise<void> => {
      for (let mount = queue.shift(); mount !== undefined; mount = queue.shift()) await askOne(mount);
    };
    const lanes = Math.min(MOST_ASKED - pending.size, queue.length);
    const all = Promise.all(Array.from({ length: Math.max(0, lanes) }, lane));
    await within<unknown>(all, timeoutMillis, () => {}, { ref: true });
    forgetOld();
    return mounts.flatMap((mount) => {
      const answer = answers.get(mount.mountpoint);
      return answer?.id === mount.id ? [[mount, answer.space] as const] : [];
    });
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
