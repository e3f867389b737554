import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { instrumentPerformance } from '@org/instrument';
import { BrokenLinkError, FileError, systemCode, UnreadableFileError } from './errors.ts';

const SOURCE_FILE = /\.[cm]?[jt]sx?$/;

/** Codes that a link gives whose target is not there, or that leads to itself. */
const BROKEN_LINK_CODES = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** Something found under the directory: a file to take in, or what could not even be looked at. */
export interface Found {
  /** Absolute path, all symbolic links resolved. */
  readonly path: string;
  /** Why there is no file to take in: a broken link, an unreadable directory. */
  readonly error?: FileError;
}

/** Where a symbolic link leads. */
export interface LinkTarget {
  readonly path: string;
  readonly isDirectory: boolean;
}

/**
 * Finds JavaScript and TypeScript files under a directory. Links are followed, out of the directory too; every real
 * file and directory is visited once, whichever links lead to it, so loops end. Memory grows by one path per file.
 */
export class Discover {
  readonly #root: string;
  readonly #limit: number;
  readonly #visited = new Set<string>();

  /** `limit`: how many files and failures to yield at most. */
  constructor(root: string, limit: number = Number.POSITIVE_INFINITY) {
    this.#root = root;
    this.#limit = limit;
  }

  /** Yields what is found, directory by directory, names in order; reads the next directory only when asked for more. */
  async *files(): AsyncGenerator<Found, void, void> {
    let left = this.#limit;
    const directories = [await realpath(this.#root)];
    while (directories.length > 0) {
      for (const found of await this.#enter(directories.pop() ?? '', directories)) {
        if (left-- <= 0) return;
        yield found;
      }
    }
  }

  /** Reads the entries of one directory, in order of their names. Throws {@link UnreadableFileError}. */
  @instrumentPerformance('pipeline.discover')
  async list(directory: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(directory, { withFileTypes: true });
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      throw new UnreadableFileError(directory, systemCode(error), { cause: error });
    }
  }

  /** Resolves a symbolic link. Throws {@link BrokenLinkError} and {@link UnreadableFileError}. */
  @instrumentPerformance('pipeline.discover.link')
  async follow(link: string): Promise<LinkTarget> {
    try {
      const path = await realpath(link);
      return { path, isDirectory: (await stat(path)).isDirectory() };
    } catch (error) {
      const code = systemCode(error);
      const Failure = BROKEN_LINK_CODES.has(code) ? BrokenLinkError : UnreadableFileError;
      throw new Failure(link, code, { cause: error });
    }
  }

  async #enter(directory: string, directories: string[]): Promise<Found[]> {
    if (!this.#isNew(directory)) return [];
    const entries = await settled(directory, () => this.list(directory));
    if (entries instanceof FileError) return [{ path: directory, error: entries }];
    const found: Found[] = [];
    for (const entry of entries) {
      const path = join(directory, entry.name);
      const target = entry.isSymbolicLink()
        ? await settled(path, () => this.follow(path))
        : { path, isDirectory: entry.isDirectory() };
      if (target instanceof FileError) found.push({ path, error: target });
      else if (target.isDirectory) directories.push(target.path);
      else if (SOURCE_FILE.test(target.path) && this.#isNew(target.path)) found.push({ path: target.path });
    }
    return found;
  }

  #isNew(path: string): boolean {
    return this.#visited.size < this.#visited.add(path).size;
  }
}

/** What the work gives, or the failure it ended with. */
async function settled<T>(path: string, work: () => Promise<T>): Promise<T | FileError> {
  try {
    return await work();
  } catch (error) {
    return error instanceof FileError
      ? error
      : new UnreadableFileError(path, String(error), { cause: error });
  }
}
