import {
  DirectoryLockedError,
  describeOwner,
  lockDirectory,
  makeDirectory,
} from '@org/instrument-core/directory';
import { UsageError } from './usage.ts';

/**
 * Makes the directory of `--out` and takes it for this process, so that two that run at once do not write over each other. Returns
 * the function that gives it back. One whose process is gone is taken over.
 *
 * @throws {UsageError} when another process has it, or it cannot be written.
 */
export function claimDirectory(directory: string): () => void {
  try {
    makeDirectory(directory);
    const lock = lockDirectory(directory);
    return () => lock.release();
  } catch (error) {
    throw new UsageError(
      error instanceof DirectoryLockedError
        ? `--out is in use by ${describeOwner(error.owner)} (${directory})`
        : `--out ${directory} cannot be used: ${(error as Error).message}`,
    );
  }
}
