import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { reportFault } from '@org/instrument-core';
import { makeDirectory } from '@org/instrument-core/directory';
import { appendLines, endsTorn } from './append-lines.ts';
import { Archive } from './archive.ts';

/** How a file is written and rotated. */
export interface Rotation {
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number | undefined;
  readonly maxAgeMillis: number | undefined;
  readonly maxFiles: number;
  readonly compress: boolean;
  readonly sync: boolean;
}

// Read as well: the end of a file that a process died over must be seen, and what a full disk took a part of.
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
const LINE_FEED = Buffer.from('\n');
/** Rotated away by others, again and again, while it is being written. */
const MAX_ROUNDS = 5;

/** A file that is appended to, and begun anew when it is too large or too old. One call at a time. */
export class RotatingFile {
  readonly #rotation: Rotation;
  readonly #archive: Archive;
  readonly #now: () => number;
  #handle: FileHandle | undefined;
  /** Whether the next line must not stand right behind what is there. */
  #isTorn = false;

  constructor(rotation: Rotation, now: () => number = Date.now) {
    this.#rotation = rotation;
    this.#archive = new Archive(rotation, now);
    this.#now = now;
  }

  get path(): string {
    return this.#rotation.path;
  }

  /**
   * Appends lines, each with its line feed. They are with the operating system when it resolves, on disk when that was asked for.
   *
   * @returns how many of them are in the file.
   * @throws the error of the file system when there is none.
   */
  async append(lines: readonly Uint8Array[]): Promise<number> {
    let done = 0;
    for (const part of this.#partsOf(lines)) {
      try {
        const written = await this.#appendPart(part);
        done += written;
        if (written < part.length) break;
      } catch (error) {
        if (done === 0) throw error;
        break;
      }
    }
    return done;
  }

  /** Closes the file, once what is being compressed is. */
  async close(): Promise<void> {
    await this.#archive.settled();
    await this.#forget();
  }

  /** Lines that have room in one file each time; one that has none in any stands alone. */
  #partsOf(lines: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#rotation;
    const parts: Uint8Array[][] = [];
    let room = 0;
    for (const line of lines) {
      const last = parts.at(-1);
      if (last === undefined || line.length > room) {
        parts.push([line]);
        room = maxBytes - line.length;
      } else {
        last.push(line);
        room -= line.length;
      }
    }
    return parts;
  }

  async #appendPart(lines: readonly Uint8Array[]): Promise<number> {
    const size = lines.reduce((sum, line) => sum + line.length, 0);
    for (let round = 0; ; round++) {
      const handle = await this.#ready(size);
      const done = await this.#write(handle, lines);
      if (this.#rotation.sync) await handle.datasync();
      // Rotated, compressed and removed by another process meanwhile: what was written last may be gone with it.
      if ((await handle.stat()).nlink > 0 || round >= MAX_ROUNDS) return done;
    }
  }

  async #write(handle: FileHandle, lines: readonly Uint8Array[]): Promise<number> {
    try {
      const wasTorn = this.#isTorn;
      const written = await appendLines(handle, wasTorn ? [LINE_FEED, ...lines] : lines);
      if (written > 0) this.#isTorn = false;
      return wasTorn ? Math.max(0, written - 1) : written;
    } catch (error) {
      // How it ends now is looked at again.
      await this.#forget();
      throw error;
    }
  }

  /** The file, with room for so many bytes; the one that has the name now, whoever has moved the other one away. */
  async #ready(bytes: number): Promise<FileHandle> {
    const { path } = this.#rotation;
    let handle = await this.#current();
    const stats = await handle.stat();
    if (!stats.isFile() || !this.#isDue(stats, bytes)) return handle;
    try {
      await this.#archive.rotate(stats);
    } catch (error) {
      // A directory that takes no new names: better a file that is too large than events that are lost.
      reportFault('channels', `rotating ${path}`, error);
      return handle;
    }
    handle = await this.#current();
    return handle;
  }

  async #current(): Promise<FileHandle> {
    const { path } = this.#rotation;
    if (this.#handle !== undefined) {
      const [own, named] = await Promise.all([this.#handle.stat(), stat(path).catch(() => undefined)]);
      if (named !== undefined && named.ino === own.ino && named.dev === own.dev) return this.#handle;
      await this.#forget();
    }
    makeDirectory(dirname(path));
    const handle = await open(path, FLAGS, 0o600);
    this.#handle = handle;
    const stats = await handle.stat();
    this.#isTorn = stats.isFile() && (await endsTorn(handle));
    return handle;
  }

  async #forget(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch((error: unknown) => reportFault('channels', 'closing a file', error));
  }

  #isDue({ size, birthtimeMs }: Stats, bytes: number): boolean {
    const { maxBytes, maxAgeMillis } = this.#rotation;
    if (size === 0) return false;
    if (maxBytes !== undefined && size + bytes > maxBytes) return true;
    return maxAgeMillis !== undefined && birthtimeMs > 0 && this.#now() - birthtimeMs >= maxAgeMillis;
  }
}
