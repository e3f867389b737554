import { join } from 'node:path';
import { SUBJECTS } from '../journal/format.ts';
import { readFileNow } from '../journal/open-file.ts';
import type { SealedValue } from '../operation/entry.ts';
import { type KeyRecord, parseKeyRecords } from './key-record.ts';
import { unsealText } from './sealed-text.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** What reading needs of the keys of persons. */
export type Unsealer = Pick<SubjectKeys, 'unseal'>;

/**
 * The keys of the persons of a journal for reading alone: they are read at the first sealed value, as the file is then,
 * and nothing is changed, so that another process may have the journal.
 *
 * @throws what the file system does, at that first value, when the file is there and cannot be read.
 */
export function readSubjectKeys(directory: string): Unsealer {
  let keys: ReadonlyMap<string, KeyRecord> | undefined;
  return {
    unseal(value: SealedValue): string | undefined {
      keys ??= readKeys(join(directory, SUBJECTS));
      const record = keys.get(value.subject);
      return record === undefined ? undefined : unsealText(record.key, value);
    },
  };
}

function readKeys(path: string): Map<string, KeyRecord> {
  try {
    const { records } = parseKeyRecords(readFileNow(path, Number.POSITIVE_INFINITY));
    return new Map(records.map((record) => [record.pseudonym, record]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}
