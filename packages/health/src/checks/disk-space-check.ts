import { statfs } from 'node:fs/promises';
import type { CheckFunction, CheckResult } from '../check.ts';
import { abortable, joinUnanswered } from './abortable.ts';
import { bytesText, numberText, percentText, rounded } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { amountOf, statusBelow, worstOf } from './thresholds.ts';

/** Options of {@link diskSpaceCheck}. */
export interface DiskSpaceCheckOptions {
  /** Any path on the file system. */
  readonly path: string;
  /** Free space below which it is degraded: a share of the total when below 1, else bytes. Default 0.1. */
  readonly degradedBelow?: number | undefined;
  /** Free space below which it is unhealthy: a share of the total when below 1, else bytes. Default 0.05. */
  readonly unhealthyBelow?: number | undefined;
}

/**
 * Looks at the space that is free for those without privileges, and at the inodes, where there is a fixed number of
 * them: without a free one, no file can be created. Limits that are shares hold for both.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when the path cannot be read.
 */
export function diskSpaceCheck(options: DiskSpaceCheckOptions): CheckFunction {
  const read = new CheckOptionReader('diskSpaceCheck', options, ['path', 'degradedBelow', 'unhealthyBelow']);
  const path = read.required('path', '/var/lib/app');
  const degradedBelow = read.number('degradedBelow', 0.1);
  const unhealthyBelow = read.number('unhealthyBelow', Math.min(0.05, degradedBelow));
  if (degradedBelow < 1 === unhealthyBelow < 1) {
    read.ordered('unhealthyBelow', unhealthyBelow, 'degradedBelow', degradedBelow);
  }
  read.done();

  // A network file system that is gone blocks a thread of the pool for each call.
  const look = joinUnanswered(() => statfs(path));
  return async ({ signal }) => {
    const { bsize, blocks, bavail, files, ffree } = await abortable(look(), signal);
    const freeBytes = bavail * bsize;
    const totalBytes = blocks * bsize;
    const freeShare = totalBytes === 0 ? 1 : freeBytes / totalBytes;
    const freeInodeShare = files === 0 ? 1 : ffree / files;
    const space = statusBelow(
      freeBytes,
      amountOf(degradedBelow, totalBytes),
      amountOf(unhealthyBelow, totalBytes),
    );
    const inodes = statusBelow(freeInodeShare, shareOnly(degradedBelow), shareOnly(unhealthyBelow));
    const status = worstOf(space, inodes);
    const details = {
      path,
      freeBytes,
      totalBytes,
      freeShare: rounded(freeShare),
      ...(files === 0 ? {} : { freeInodes: ffree, totalInodes: files }),
    };
    if (status === 'healthy') return { status, details };
    const reason =
      space === status
        ? `${path} has ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free (${percentText(freeShare)})`
        : `${path} has ${numberText(ffree)} of ${numberText(files)} inodes free (${percentText(freeInodeShare)})`;
    return { status, reason, details } satisfies CheckResult;
  };
}

function shareOnly(limit: number): number | undefined {
  return limit < 1 ? limit : undefined;
}
