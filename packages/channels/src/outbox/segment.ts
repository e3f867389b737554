import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { writeWhole } from '@org/instrument-core/directory';

const syncData = promisify(fdatasync);

/** A file of a journal. */
export class Segment {
  readonly number: number;
  readonly path: string;
  /** Entries that wait, and whose latest `put` is in here. */
  live = 0;
  /** Not a byte is added to it any more. */
  isEnded = false;
  #bytes: number;
  #fd: number | undefined;
  #isUnsynced = false;
  #isSyncing = false;

  /** `bytes`: of a file that an earlier process has left; without, it is made with the first line. */
  constructor(number: number, path: string, bytes?: number) {
    this.number = number;
    this.path = path;
    this.#bytes = bytes ?? 0;
    this.isEnded = bytes !== undefined;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isUnsynced(): boolean {
    return this.#isUnsynced;
  }

  /**
   * Hands lines to the operating system; all of them, or none.
   *
   * @throws the error of the file system.
   */
  append(lines: Buffer): void {
    this.#fd ??= openSync(this.path, 'wx', 0o600);
    // Set before: of what was written in part, some may be there.
    this.#isUnsynced = true;
    try {
      writeWhole(this.#fd, lines, this.#bytes);
      this.#bytes += lines.length;
    } catch (error) {
      try {
        ftruncateSync(this.#fd, this.#bytes);
      } catch {
        // What is torn is left out when it is read.
      }
      throw error;
    }
  }

  /**
   * Brings to disk what it has by now. One for which that fails is ended: what the system has kept of it, nobody can tell.
   *
   * @throws the error of the file system.
   */
  async sync(): Promise<void> {
    if (this.#fd === undefined) return;
    this.#isUnsynced = false;
    this.#isSyncing = true;
    try {
      await syncData(this.#fd);
      // One that was removed takes all that is written to it, and nobody will ever read that.
      if (fstatSync(this.#fd).nlink === 0) throw new Error(`${this.path} is gone`);
    } catch (error) {
      this.isEnded = true;
      this.#isUnsynced = false;
      throw error;
    } finally {
      this.#isSyncing = false;
      if (this.isEnded && !this.#isUnsynced) this.close();
    }
  }

  /** As `sync`, at once. */
  syncNow(): void {
    if (this.#fd === undefined || !this.#isUnsynced) return;
    fdatasyncSync(this.#fd);
    this.#isUnsynced = false;
  }

  /** Gives the file back. */
  close(): void {
    // The number of the file would be another file's while the system is at work on it; `sync` closes it then.
    if (this.#fd === undefined || this.#isSyncing) {
      this.isEnded = true;
      return;
    }
    const fd = this.#fd;
    this.#fd = undefined;
    this.isEnded = true;
    try {
      closeSync(fd);
    } catch {
      // There is nothing left to give back.
    }
  }

  /** Takes back a file for which nothing could be written; one that somebody else has made there stays. */
  discard(): void {
    const isOurs = this.#fd !== undefined;
    this.close();
    try {
      if (isOurs) unlinkSync(this.path);
    } catch {
      // It is empty.
    }
  }

  /**
   * Removes the file.
   *
   * @throws the error of the file system.
   */
  remove(): void {
    this.close();
    try {
      unlinkSync(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
