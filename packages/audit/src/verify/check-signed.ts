import { closeSync, fstatSync } from 'node:fs';
import { isLocked } from '@org/instrument-core/directory';
import { CHECKPOINTS } from '../journal/format.ts';
import { openFileNow } from '../journal/open-file.ts';
import { parseLine } from '../journal/parse-line.ts';
import { lastLine } from '../journal/read-lines.ts';
import { fileOf } from './findings.ts';
import type { Walk } from './walk.ts';

/**
 * A journal of which nothing is signed proves nothing: whoever wrote it may have written all of it. That is so for a while
 * with one that has just been begun; not with one that was closed, and not for whoever gives keys to check it by.
 */
export function checkSigned(walk: Walk, directory: string, areKeysGiven: boolean): void {
  const { findings, stand } = walk;
  if (findings.failures.length > 0 || isVouchedFor(walk)) return;
  if (areKeysGiven) {
    const [which, what] =
      stand.size === 0 ? ['', 'there were no entries'] : [' of any entry', 'these are the entries'];
    const message = `No checkpoint${which} is signed with a key that was given, so nothing says that ${what}.`;
    findings.fail('bad-checkpoint', undefined, fileOf(CHECKPOINTS), message);
  } else if (isClosed(walk) && !isLocked(directory)) {
    const message =
      'There is no checkpoint of any entry, and a journal that was closed has one: it was removed, or the disk did not take it.';
    findings.fail('removed', undefined, fileOf(CHECKPOINTS), message);
  }
}

/** Whether any entry is signed, or, where there is none, that there is none: an emptied journal must not pass for a new one. */
export function isVouchedFor({ stand, states }: Walk): boolean {
  return states.covered > 0 || (stand.size === 0 && states.verified > 0);
}

/** Whether the last segment ends with a seal. */
function isClosed({ parts }: Walk): boolean {
  const last = parts.at(-1);
  if (last?.kind !== 'segment') return false;
  const fd = openFileNow(last.path);
  try {
    const line = lastLine(fd, fstatSync(fd).size);
    return line !== undefined && parseLine(line.bytes.toString())?.kind === 'seal';
  } finally {
    closeSync(fd);
  }
}
