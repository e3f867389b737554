import { reasonOf } from '@org/instrument-core';
import type { SealedValue } from '../../operation/entry.ts';
import { readSubjectKeys, type Unsealer } from '../../subjects/read-subject-keys.ts';
import type { Command, CommandStreams } from '../command.ts';

/**
 * Keys of persons by which they are found, and nothing of theirs is shown. Where the keys cannot be read, that is said once, and
 * no person is found by the plain value: whoever may read a journal need not be allowed to read those.
 */
export function matchingKeys(
  { name }: Pick<Command, 'name'>,
  directory: string,
  { stderr }: CommandStreams,
): Unsealer {
  const keys = readSubjectKeys(directory);
  let isUnreadable = false;
  return {
    unseal(value: SealedValue): string | undefined {
      if (isUnreadable) return undefined;
      try {
        return keys.unseal(value);
      } catch (error) {
        isUnreadable = true;
        stderr.write(`${name}: no person is found by the plain value: ${reasonOf(error)}\n`);
        return undefined;
      }
    },
  };
}
