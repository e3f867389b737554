import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { reportFault } from '@org/instrument-core';
import { makeDirectory } from '@org/instrument-core/directory';
import { appendLines, endsTorn } from './append-lines.ts';
import { Archive } from './archive.ts';
import { type Log, openLog } from './open-log.ts';

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

const LINE_FEED = Buffer.from('\n');
/** Rotated away by others, again and again, while it is being written. */
const MAX_ROUNDS = 5;

/** A file that is appended to, and begun anew when it is too large or too old. One call at a time. */
export class RotatingFile {
  readonly #rotation: Rotation;
  readonly #archive: Archive;
  readonly #now: () => number;
  #log: Log | undefined;
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
      const log = await this.#ready(size);
      const done = await this.#write(log, lines);
      if (!log.isFile) return done;
      if (this.#rotation.sync) await log.handle.datasync();
      // Rotated, compressed and removed by another process meanwhile: what was written last may be gone with it.
      if ((await log.handle.stat()).nlink > 0 || round >= MAX_ROUNDS) return done;
    }
  }

  async #write(log: Log, lines: readonly Uint8Array[]): Promise<number> {
    try {
      const wasTorn = this.#isTorn;
      const { count, isTorn } = await appendLines(log, wasTorn ? [LINE_FEED, ...lines] : lines);
      if (count > 0 || isTorn) this.#isTorn = isTorn;
      return wasTorn ? Math.max(0, count - 1) : count;
    } catch (error) {
      // How it ends now is looked at again.
      await this.#forget();
      throw error;
    }
  }

  /** The file, with room for so many bytes; the one that has the name now, whoever has moved the other one away. */
  async #ready(bytes: number): Promise<Log> {
    const { path } = this.#rotation;
    const log = await this.#current();
    if (!log.isFile) return log;
    const stats = await log.handle.stat();
    if (!this.#isDue(stats, bytes)) return log;
    try {
      await this.#archive.rotate(stats);
    } catch (error) {
      // A directory that takes no new names: better a file that is too large than events that are lost.
      reportFault('channels', `rotating ${path}`, error);
      return log;
    }
    return this.#current();
  }

  async #current(): Promise<Log> {
    const { path } = this.#rotation;
    if (this.#log !== undefined) {
      const [own, named] = await Promise.all([this.#log.handle.stat(), stat(path).catch(() => undefined)]);
      if (named !== undefined && named.ino === own.ino && named.dev === own.dev) return this.#log;
      await this.#forget();
    }
    makeDirectory(dirname(path));
    const log = await openLog(path);
    this.#log = log;
    // What a pipe ends with cannot be read back: it ends as it was left.
    if (log.isFile) this.#isTorn = await endsTorn(log.handle);
    return log;
  }

  async #forget(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    await log?.handle.close().catch((error: unknown) => reportFault('channels', 'closing a file', error));
  }

  #isDue({ size, birthtimeMs }: Stats, bytes: number): boolean {
    const { maxBytes, maxAgeMillis } = this.#rotation;
    if (size === 0) return false;
    if (maxBytes !== undefined && size + bytes > maxBytes) return true;
    return maxAgeMillis !== undefined && birthtimeMs > 0 && this.#now() - birthtimeMs >= maxAgeMillis;
  }
}
