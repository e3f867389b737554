import { join } from 'node:path';
import { counted, grouped } from '@org/instrument-core';
import type { Verification, VerificationFailure } from '../../verify/verification.ts';
import { visibleLines } from '../visible-lines.ts';

/** What verification has found, for a person to read. */
export function describeVerification(verification: Verification, isKeyGiven: boolean): string {
  const { directory, failures, notices, ok } = verification;
  const lines = ok
    ? [`OK: ${directory} is as it was recorded.`, '', ...facts(verification)]
    : [headline(verification), ...failures.flatMap((one) => describe(directory, one))];
  const own =
    'The key is that of the journal itself (key.pub): give --key to see that nobody has replaced both.';
  const notes = ok && !isKeyGiven && verification.key !== undefined ? [own, ...notices] : notices;
  if (notes.length > 0) lines.push('', ...notes.map((note) => `Note: ${note}`));
  if (isUndecided(verification)) {
    lines.push('', 'Verify again, when less is written, or once its process has ended.');
  } else if (!ok) {
    lines.push('', 'Before anything else, keep a copy of the directory as it is.');
  }
  return visibleLines(lines);
}

/** Whether nothing is known to be wrong, and it could not be seen whether all is well either. */
export function isUndecided({ failures, ok }: Verification): boolean {
  return !ok && failures.every(({ kind }) => kind === 'undecided');
}

function headline(verification: Verification): string {
  return isUndecided(verification)
    ? `UNDECIDED: ${verification.directory} changed faster than it could be verified.`
    : `FAILED: ${verification.directory} is not as it was recorded.`;
}

function facts(verification: Verification): string[] {
  const { checkpointed, checkpoints, entries, key, origin, pruned, root, size } = verification;
  const hashes =
    pruned === 0 ? '' : ` (${grouped(entries)} checked, of ${grouped(pruned)} only the hashes are left)`;
  const covers = checkpoints === 0 ? '' : `, the last covers ${counted(checkpointed, 'entry', 'entries')}`;
  return [
    `  journal      ${origin ?? 'unknown'}`,
    `  entries      ${grouped(size)}${hashes}`,
    `  root         ${root}`,
    `  checkpoints  ${grouped(checkpoints)}${covers}`,
    ...(key === undefined ? [] : [`  signed with  ${key}`]),
  ];
}

function describe(directory: string, failure: VerificationFailure): string[] {
  const { file, index, kind, line, message, offset } = failure;
  const entry = index === undefined ? [] : [`  first entry affected  ${index}`];
  const where = [
    file,
    line === undefined ? undefined : `line ${line}`,
    offset === undefined ? undefined : `byte ${offset}`,
  ];
  return [
    '',
    message,
    `  what                  ${kind}`,
    ...entry,
    `  where                 ${where.filter((part) => part !== undefined).join(', ')}`,
    ...(line === undefined
      ? []
      : [`  to see it             sed -n ${line}p ${quoted(join(directory, file))}`]),
  ];
}

/** For a POSIX shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
