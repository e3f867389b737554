import { constants, type FileHandle, open } from 'node:fs/promises';
import { instrumentPerformance } from '@org/instrument';
import { BinaryFileError, FileTooLargeError, systemCode, UnreadableFileError } from './errors.ts';

/** Largest file that is read by default, in bytes: above it there are bundles, not sources. */
export const DEFAULT_MAX_BYTES: number = 2 * 1024 * 1024;

/** Git looks for a NUL in as many first bytes to tell binaries from text (`FIRST_FEW_BYTES`, xdiff-interface.c). */
const BINARY_PROBE_BYTES = 8000;

/** Without it, opening a named pipe would wait for a writer. Windows has neither. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A file read from disk. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string;
  /** Content, without byte order mark; bytes that are no UTF-8 are replaced by U+FFFD. */
  readonly text: string;
  /** Size on disk. */
  readonly bytes: number;
}

/** Reads source files. */
export class Read {
  readonly #maxBytes: number;

  /** `maxBytes`: larger files are refused. */
  constructor(maxBytes: number = DEFAULT_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Reads a regular file, never more of it than its size when it was opened. Throws {@link UnreadableFileError},
   * {@link FileTooLargeError}, {@link BinaryFileError}.
   */
  @instrumentPerformance('pipeline.read')
  async read(path: string): Promise<SourceFile> {
    const content = await this.#content(path);
    if (content.subarray(0, BINARY_PROBE_BYTES).includes(0)) throw new BinaryFileError(path, 'is not text');
    return { path, text: decoder.decode(content), bytes: content.length };
  }

  async #content(path: string): Promise<Buffer> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, OPEN_FLAGS);
      const stats = await handle.stat();
      if (!stats.isFile()) throw new UnreadableFileError(path, 'is not a regular file');
      if (stats.size > this.#maxBytes) {
        throw new FileTooLargeError(path, `has ${stats.size} bytes, the limit is ${this.#maxBytes}`);
      }
      return await readFully(handle, stats.size);
    } catch (error) {
      const code = systemCode(error);
      throw code === '' ? error : new UnreadableFileError(path, code, { cause: error });
    } finally {
      await handle?.close();
    }
  }
}

const decoder = new TextDecoder();

async function readFully(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(buffer, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
