import { type FileHandle, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeValue, InstrumentError } from '@org/instrument-core';
import { firstOfSegment, SEGMENTS } from '../journal/format.ts';
import { openFile } from '../journal/open-file.ts';
import { unreadableFile } from '../journal/unreadable-file.ts';

/** A segment that is there. */
export interface SegmentFile {
  /** Index of its first entry. */
  readonly first: number;
  readonly path: string;
  /** Relative to the directory of the journal. */
  readonly name: string;
}

/**
 * The segments of a journal, oldest first; those that retention has removed are not among them.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when the directory has no journal.
 */
export async function listSegments(directory: string): Promise<SegmentFile[]> {
  const names = await readdir(join(directory, SEGMENTS)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'There is no journal to read', [
      {
        path: 'directory',
        found: describeValue(directory),
        expected: `the directory of a journal, which has a folder "${SEGMENTS}"`,
      },
    ]);
  });
  return names
    .flatMap((file): SegmentFile[] => {
      const first = firstOfSegment(file);
      const name = `${SEGMENTS}/${file}`;
      return first === undefined ? [] : [{ first, path: join(directory, SEGMENTS, file), name }];
    })
    .sort((one, other) => one.first - other.first);
}

/**
 * Opens a segment; `undefined` when retention has removed it since it was listed.
 *
 * @throws {InstrumentError} `INSTRUMENT_AUDIT_UNAVAILABLE` for one that cannot be read, or is no file.
 */
export async function openSegment({ path, name }: SegmentFile): Promise<FileHandle | undefined> {
  try {
    return await openFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadableFile(name, error);
  }
}

/** What is thrown for a line that is none of a journal. */
export function unreadable({ name }: SegmentFile, offset: number, found: string): InstrumentError {
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'The journal cannot be read to its end', [
    {
      path: `${name}, byte ${offset}`,
      found,
      expected: 'an entry',
      fix: 'Run "instrument-audit verify" on the directory: it names what was changed.',
    },
  ]);
}
