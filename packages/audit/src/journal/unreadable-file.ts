import { InstrumentError, isError, reasonOf } from '@org/instrument-core';

/**
 * What is thrown where a file of a journal cannot be read, or is none: for an error of the file system, or one like it,
 * an `InstrumentError` `INSTRUMENT_AUDIT_UNAVAILABLE` that has it as its cause; any other error as it is.
 */
export function unreadableFile(path: string, error: unknown): unknown {
  if (!isError(error) || (error as NodeJS.ErrnoException).syscall === undefined) return error;
  const problem = {
    path,
    found: reasonOf(error),
    expected: 'files that can be read',
    fix: 'Run "instrument-audit verify" on the directory: it names what is wrong with the journal.',
  };
  return new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'The journal cannot be read', [problem], error);
}
