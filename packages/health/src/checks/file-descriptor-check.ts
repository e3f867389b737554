import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeValue } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { numberText, percentText, rounded } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { statusAbove } from './thresholds.ts';

/** Options of {@link fileDescriptorCheck}. */
export interface FileDescriptorCheckOptions {
  /** Share of the soft limit above which it is degraded. Default 0.8. */
  readonly degradedAbove?: number | undefined;
  /** The same for unhealthy. Default 0.95: soon, nothing can be opened and nobody accepted. */
  readonly unhealthyAbove?: number | undefined;
  /** Directory of the process, laid out as in proc(5). Default `/proc/self`. */
  readonly procDirectory?: string | undefined;
}

/**
 * Looks at the open files and sockets of the process against its soft limit. Linux only.
 *
 * @throws {InstrumentError} when options are wrong, or there is no `/proc`.
 */
export function fileDescriptorCheck(options: FileDescriptorCheckOptions = {}): CheckFunction {
  const read = new CheckOptionReader('fileDescriptorCheck', options, [
    'degradedAbove',
    'unhealthyAbove',
    'procDirectory',
  ]);
  const degradedAbove = read.share('degradedAbove', 0.8);
  const unhealthyAbove = read.share('unhealthyAbove', Math.max(0.95, degradedAbove));
  const directory = read.text('procDirectory', '/proc/self');
  read.ordered('degradedAbove', degradedAbove, 'unhealthyAbove', unhealthyAbove);
  const missing = ['fd', 'limits'].filter((name) => !existsSync(join(directory, name)));
  if (missing.length > 0) {
    const fix = `This platform (${process.platform}) may have none: create the check on Linux only.`;
    read.add(
      'procDirectory',
      `${describeValue(directory)} without ${missing.join(', ')}`,
      'fd and limits in it',
      fix,
    );
  }
  read.done();

  return async () => {
    const [entries, limits] = await Promise.all([
      readdir(join(directory, 'fd')),
      readFile(join(directory, 'limits'), 'utf8'),
    ]);
    // One of them is the directory itself, while it is read.
    const open = Math.max(0, entries.length - 1);
    const softLimit = softLimitOf(limits);
    if (softLimit === undefined) return { status: 'healthy', details: { open } };
    const usedShare = open / softLimit;
    const status = statusAbove(usedShare, degradedAbove, unhealthyAbove);
    const details = { open, softLimit, usedShare: rounded(usedShare) };
    if (status === 'healthy') return { status, details };
    const reason = `${numberText(open)} of ${numberText(softLimit)} file descriptors are open (${percentText(usedShare)})`;
    return { status, reason, details } satisfies CheckResult;
  };
}

/** The soft limit of open files; `undefined` for `unlimited`. */
function softLimitOf(limits: string): number | undefined {
  const match = /^Max open files\s+(\S+)/m.exec(limits);
  if (match === null) throw new Error('The limits of the process do not tell "Max open files"');
  const limit = Number(match[1]);
  return Number.isFinite(limit) && limit > 0 ? limit : undefined;
}
