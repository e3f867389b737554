import {
  closeSync,
  constants,
  fchmodSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { counted, reportFault } from '@org/instrument-core';
import { makeDirectory, syncDirectory as syncDirectoryNow } from '@org/instrument-core/directory';
import { type Guard, UNGUARDED } from '../journal/lock-journal.ts';
import { openExisting } from '../journal/open-existing.ts';
import { ERASED_KEY, KEY_OFFSET, type KeyRecord, keyLine, parseKeyRecords } from './key-record.ts';

const PRIVATE = 0o600;
const syncData = promisify(fdatasync);

/**
 * The file of the keys: lines are appended, keys are overwritten where they stand, and what is left is written anew into
 * a file of its own that takes the place of the other. Every method throws what the file system does, and the guard.
 */
export class KeyFile {
  readonly #path: string;
  /** Where the file is: another place, where there is a link in this one. A link stays, and what it leads to is replaced. */
  #realPath: string;
  readonly #guard: Guard;
  #fd: number | undefined;
  /**
   * The file once more, for syncs at once: the operating system tells a failed write-back once to each of those who have
   * the file open (errseq_t in Linux).
   */
  #nowFd: number | undefined;
  #bytes = 0;
  /** Written since the last sync that went well. */
  readonly #unsynced = new Set<KeyRecord>();
  /** Whether a sync has failed: the operating system may have forgotten what it was given. */
  #isForgotten = false;
  /** Whether the name of the file may not be on disk yet. */
  #isUnnamed = false;

  /** `guard`: throws when it must not be written to any more. */
  constructor(path: string, guard: Guard = UNGUARDED) {
    this.#path = path;
    this.#realPath = path;
    this.#guard = guard;
  }

  /** Opens it, makes it private, cuts a line that was being written, and finishes an erasure that was interrupted. */
  open(): readonly KeyRecord[] {
    this.#realPath = realPathOf(this.#path);
    rmSync(this.#temporary, { force: true });
    const fd = openExisting(this.#realPath, true);
    if (fd === undefined) return [];
    try {
      fchmodSync(fd, PRIVATE);
      const bytes = readFileSync(fd);
      const { records, completeBytes, erased, malformed } = parseKeyRecords(bytes);
      if (completeBytes < bytes.length) ftruncateSync(fd, completeBytes);
      bytes.fill(0);
      if (malformed > 0) {
        reportFault('audit', 'reading the keys of persons', `${counted(malformed, 'line')} cannot be read`);
      }
      this.#nowFd = openSync(this.#realPath, 'r+');
      this.#fd = fd;
      this.#bytes = completeBytes;
      if (erased > 0) this.#rewriteNow(records);
      return records;
    } catch (error) {
      this.#fd ??= fd;
      this.close();
      throw error;
    }
  }

  /** Hands a record to the operating system. */
  append(record: KeyRecord): void {
    this.#guard();
    this.#fd ??= this.#create();
    const line = keyLine(record);
    writeAll(this.#fd, line, this.#bytes);
    line.fill(0);
    record.offset = this.#bytes;
    this.#bytes += line.length;
    this.#unsynced.add(record);
  }

  /** Overwrites the bytes of a key. */
  overwrite({ offset }: KeyRecord): void {
    if (this.#fd === undefined || offset === undefined) return;
    this.#guard();
    writeAll(this.#fd, ERASED_KEY, offset + KEY_OFFSET);
  }

  async sync(): Promise<void> {
    if (this.#fd === undefined) return;
    this.#writeForgotten(this.#fd);
    const written = [...this.#unsynced];
    await syncData(this.#fd).catch(this.#onFailed);
    for (const record of written) this.#unsynced.delete(record);
    if (!this.#isUnnamed) return;
    this.#isUnnamed = false;
    try {
      await syncDirectory(this.#realPath);
    } catch (error) {
      this.#isUnnamed = true;
      throw error;
    }
  }

  /** As `sync`, at once. */
  syncNow(): void {
    if (this.#fd === undefined) return;
    this.#writeForgotten(this.#fd);
    try {
      fsyncSync(this.#nowFd as number);
    } catch (error) {
      this.#onFailed(error);
    }
    this.#unsynced.clear();
    if (this.#isUnnamed) syncDirectoryNow(dirname(this.#realPath));
    this.#isUnnamed = false;
  }

  /**
   * Writes a new file of the records that `current` returns, and puts it in the place of this one. Records may be
   * appended and overwritten meanwhile: what differs when the new file is on disk is made up for before it takes over.
   */
  async rewrite(current: () => Iterable<KeyRecord>): Promise<void> {
    await this.sync();
    const written = new Map<KeyRecord, number>();
    const bytes = image(current(), written, 0);
    const handle = await open(this.#unused(), 'wx', PRIVATE);
    try {
      await handle.writeFile(bytes);
      bytes.fill(0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#guard();
    this.#replace([...current()], written, bytes.length);
    await this.sync();
    await syncDirectory(this.#realPath);
  }

  close(): void {
    const opened = [this.#fd, this.#nowFd];
    this.#fd = undefined;
    this.#nowFd = undefined;
    for (const fd of opened) if (fd !== undefined) closeSync(fd);
  }

  get #temporary(): string {
    return `${this.#realPath}.tmp`;
  }

  /** The name of the temporary file, which is nobody's: what has it may be readable for others, or lead elsewhere. */
  #unused(): string {
    rmSync(this.#temporary, { force: true });
    return this.#temporary;
  }

  #create(): number {
    makeDirectory(dirname(this.#path));
    const fd = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, PRIVATE);
    this.#isUnnamed = true;
    try {
      // A link that led nowhere leads to the file that was made.
      this.#realPath = realpathSync(this.#path);
      this.#nowFd = openSync(this.#realPath, 'r+');
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return fd;
  }

  readonly #onFailed = (error: unknown): never => {
    this.#isForgotten = true;
    throw error;
  };

  /** Hands to the operating system again, after a sync that failed, what it may have forgotten. */
  #writeForgotten(fd: number): void {
    if (!this.#isForgotten) return;
    this.#guard();
    for (const record of this.#unsynced) {
      const line = keyLine(record);
      writeAll(fd, line, record.offset as number);
      line.fill(0);
    }
    this.#isForgotten = false;
  }

  #rewriteNow(records: readonly KeyRecord[]): void {
    closeSync(openSync(this.#unused(), 'wx', PRIVATE));
    this.#replace(records, new Map(), 0);
    this.#isUnnamed = true;
  }

  /** Brings the temporary file up to the records, of which some are written in it, and gives it the name of this one. */
  #replace(records: readonly KeyRecord[], written: Map<KeyRecord, number>, writtenBytes: number): void {
    const fd = openSync(this.#temporary, 'r+');
    let nowFd: number | undefined;
    try {
      nowFd = openSync(this.#temporary, 'r+');
      const missing = records.filter((record) => !written.has(record));
      const kept = new Set(records);
      for (const [record, offset] of written) {
        if (!kept.has(record)) writeAll(fd, ERASED_KEY, offset + KEY_OFFSET);
      }
      const bytes = image(missing, written, writtenBytes);
      writeAll(fd, bytes, writtenBytes);
      bytes.fill(0);
      // They may have been on disk in the other file, and entries rely on it.
      if (bytes.length > 0) fsyncSync(fd);
      renameSync(this.#temporary, this.#realPath);
      this.close();
      this.#fd = fd;
      this.#nowFd = nowFd;
      this.#bytes = writtenBytes + bytes.length;
      for (const record of records) record.offset = written.get(record);
      this.#unsynced.clear();
      this.#isForgotten = false;
    } catch (error) {
      closeSync(fd);
      if (nowFd !== undefined) closeSync(nowFd);
      throw error;
    }
  }
}

/** Where a path leads to in the end; the path itself while there is nothing. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw error;
  }
}

/** Lines of records that begin at an offset of a file; notes where each begins. */
function image(records: Iterable<KeyRecord>, written: Map<KeyRecord, number>, offset: number): Buffer {
  const lines: Buffer[] = [];
  let end = offset;
  for (const record of records) {
    const line = keyLine(record);
    written.set(record, end);
    end += line.length;
    lines.push(line);
  }
  const bytes = Buffer.concat(lines);
  for (const line of lines) line.fill(0);
  return bytes;
}

function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot sync a directory, and keeps names by itself.
  if (process.platform === 'win32') return;
  const handle = await open(dirname(path), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
