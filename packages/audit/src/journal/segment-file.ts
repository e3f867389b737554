import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { reportFault } from '@org/instrument-core';
import { syncDirectory, WRITE_AT_ONCE } from '@org/instrument-core/directory';
import { type Guard, UNGUARDED } from './lock-journal.ts';
import { openNoLink } from './open-file.ts';

/** Bytes of one slab: some 600 entries. Small segments have smaller ones, since many of them may wait. */
const MAX_SLAB_BYTES = 256 * 1024;
/** UTF-8 needs at most that many bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;
const LINE_FEED = 0x0a;

interface Slab {
  readonly bytes: Buffer;
  /** Where it begins in the file. */
  readonly start: number;
  used: number;
}

/**
 * A segment that is being written. Lines are kept in memory until they are on disk, so that what a failed write or sync
 * has left behind can be written again.
 */
export class SegmentFile {
  readonly path: string;
  readonly #slabBytes: number;
  readonly #guard: Guard;
  #fd: number | undefined;
  /**
   * The file once more, for syncs at once. The operating system tells a failed write-back once to each of those who have
   * the file open (errseq_t in Linux): of two syncs of one descriptor, the other would be told that all is well.
   */
  #nowFd: number | undefined;
  /** Whether the name of the file may not be on disk yet. */
  #isUnnamed = false;
  /** Whether the file system counts names: what has none any more was removed. */
  #hasNames = false;
  readonly #slabs: Slab[] = [];
  #length: number;
  #written: number;
  #durable: number;
  #isClosed = false;
  /** Syncs under way: a file given back meanwhile could be another one's by the time they run. */
  #syncs = 0;
  #isCloseDue = false;

  /**
   * `length`: bytes of a file that is there already; `undefined` for one that is made with its first line. `bytes`: what
   * it is going to have, more or less. `guard`: throws when it must not be written to any more.
   */
  constructor(path: string, length?: number, bytes: number = MAX_SLAB_BYTES, guard: Guard = UNGUARDED) {
    this.path = path;
    this.#guard = guard;
    this.#slabBytes = Math.min(MAX_SLAB_BYTES, bytes);
    this.#length = length ?? 0;
    this.#written = this.#length;
    this.#durable = this.#length;
    if (length !== undefined) this.#open('r+');
  }

  /** Bytes of all lines. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that are on disk. */
  get durable(): number {
    return this.#durable;
  }

  /** Bytes that are not on disk. */
  get waiting(): number {
    return this.#length - this.#durable;
  }

  /** Whether its last line has been added. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds a line; the line feed is added to it. Returns its bytes. */
  append(line: string): number {
    const room = line.length * MAX_BYTES_PER_UNIT + 1;
    let slab = this.#slabs.at(-1);
    if (slab === undefined || slab.bytes.length - slab.used < room) {
      slab = { bytes: Buffer.allocUnsafe(Math.max(this.#slabBytes, room)), start: this.#length, used: 0 };
      this.#slabs.push(slab);
    }
    const bytes = slab.bytes.write(line, slab.used) + 1;
    slab.used += bytes;
    slab.bytes[slab.used - 1] = LINE_FEED;
    this.#length += bytes;
    return bytes;
  }

  /** No line will follow. */
  end(): void {
    this.#isClosed = true;
  }

  /**
   * Hands all lines to the operating system.
   *
   * @throws the error of the file system, or of the guard; what was taken by then need not be written again.
   */
  write(): void {
    if (this.#written === this.#length) return;
    for (const slab of this.#slabs) {
      while (this.#written < slab.start + slab.used) {
        const from = this.#written - slab.start;
        // As late as can be; and the file may have been given back by whoever hears of it.
        this.#guard();
        const fd = this.#fd ?? this.#open('wx+');
        this.#written += writeSync(fd, slab.bytes, from, slab.used - from, this.#written);
      }
    }
  }

  /**
   * Brings what was written to disk; with it, all lines up to `length` bytes are there.
   *
   * @throws the error of the file system, or rejects with it.
   */
  sync(length: number): Promise<void> {
    const fd = this.#fd;
    if (fd === undefined) return Promise.resolve();
    this.#syncName(fd);
    this.#syncs++;
    return new Promise((resolve, reject) => {
      fdatasync(fd, (error) => {
        this.#syncs--;
        if (this.#isCloseDue) this.close();
        if (error === null || error === undefined) {
          this.#settle(length);
          resolve();
        } else {
          this.#rewind();
          reject(error);
        }
      });
    });
  }

  /** As `sync`, at once. */
  syncNow(length: number): void {
    if (this.#fd === undefined) return;
    this.#syncName(this.#fd);
    try {
      this.#nowFd ??= openNoLink(this.path, WRITE_AT_ONCE);
      fdatasyncSync(this.#nowFd);
    } catch (error) {
      this.#rewind();
      throw error;
    }
    this.#settle(length);
  }

  /** Gives the file back. */
  close(): void {
    if (this.#fd === undefined) return;
    this.#isCloseDue = this.#syncs > 0;
    if (this.#isCloseDue) return;
    closeQuietly(this.#fd);
    this.#fd = undefined;
    if (this.#nowFd !== undefined) closeQuietly(this.#nowFd);
    this.#nowFd = undefined;
  }

  #open(flags: 'r+' | 'wx+'): number {
    const fd = flags === 'wx+' ? openSync(this.path, flags, 0o600) : openNoLink(this.path, WRITE_AT_ONCE);
    this.#fd = fd;
    this.#isUnnamed = flags === 'wx+';
    this.#nowFd = openNoLink(this.path, WRITE_AT_ONCE);
    this.#hasNames = fstatSync(fd).nlink > 0;
    return fd;
  }

  /** Makes sure that what is synced can be found again. */
  #syncName(fd: number): void {
    // What goes into a file that nobody can find again is on no record.
    if (this.#hasNames && fstatSync(fd).nlink === 0) {
      throw new Error(`the segment ${basename(this.path)} was removed while it was being written`);
    }
    if (!this.#isUnnamed) return;
    syncDirectory(dirname(this.path));
    this.#isUnnamed = false;
  }

  #settle(length: number): void {
    this.#durable = Math.max(this.#durable, length);
    // Another sync may have failed meanwhile, and what this one has brought there is forgotten below.
    this.#written = Math.max(this.#written, this.#durable);
    while (this.#slabs.length > 0) {
      const slab = this.#slabs[0] as Slab;
      if (slab.start + slab.used > this.#durable) return;
      const isLast = this.#slabs.length === 1;
      // The last one is used again rather than made anew for the next line.
      if (isLast && slab.bytes.length === this.#slabBytes && !this.#isClosed) {
        this.#slabs[0] = { bytes: slab.bytes, start: this.#length, used: 0 };
        return;
      }
      this.#slabs.shift();
    }
  }

  /** After a failed sync the operating system may have forgotten what it had not written: it is given it again. */
  #rewind(): void {
    this.#written = this.#durable;
  }
}

/** What is to be on disk was synced before; a fault of closing says nothing about it. */
function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch (error) {
    reportFault('audit', 'closing a segment', error);
  }
}
