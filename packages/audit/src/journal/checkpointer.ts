import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory, writeWhole } from '@org/instrument-core/directory';
import type { Checkpoint } from '../audit.ts';
import { checkpointText } from '../checkpoint/checkpoint.ts';
import { parseCheckpoints } from '../checkpoint/checkpoints-file.ts';
import type { SigningKey } from '../checkpoint/signing-key.ts';
import { CHECKPOINTS } from './format.ts';

/** Bytes at the end of the file that are read to find the last checkpoint: one has some 200. */
const TAIL_BYTES = 64 * 1024;

const syncData = promisify(fdatasync);

/** A checkpoint in the file, which is open: where it begins and ends. */
interface Written {
  readonly fd: number;
  readonly start: number;
  readonly end: number;
}

/** Signs states of a journal, and keeps them in its file of checkpoints. */
export class Checkpointer {
  readonly #directory: string;
  readonly #path: string;
  readonly #key: SigningKey;
  readonly #onSigned: (checkpoint: Checkpoint) => void;
  #bytes: number;
  #last: Checkpoint | undefined;

  /**
   * Cuts off a checkpoint that was being written when the process ended.
   *
   * @throws the error of the file system.
   */
  constructor(directory: string, key: SigningKey, onSigned: (checkpoint: Checkpoint) => void) {
    this.#directory = directory;
    this.#path = join(directory, CHECKPOINTS);
    this.#key = key;
    this.#onSigned = onSigned;
    const { bytes, last } = readLast(this.#path, key.origin);
    this.#bytes = bytes;
    this.#last = last;
  }

  /** Entries that the last checkpoint covers. */
  get size(): number {
    return this.#last?.size ?? 0;
  }

  get last(): Checkpoint | undefined {
    return this.#last;
  }

  /**
   * Keeps a signed state, whose entries are on disk. One that is not larger than the last is not signed again.
   *
   * @throws the error of the file system.
   */
  async sign(size: number, root: string): Promise<Checkpoint> {
    const checkpoint = this.#make(size, root);
    if (checkpoint === this.#last) return checkpoint;
    // Only the sync is left to others: a write that is under way could come after that of `signNow`.
    const written = this.#write(checkpoint);
    try {
      await syncData(written.fd);
    } finally {
      closeSync(written.fd);
    }
    // The process is ending, and a larger state has taken the place of this one.
    if (this.size >= size) return this.#last as Checkpoint;
    this.#signed(checkpoint, written);
    return checkpoint;
  }

  /** As `sign`, at once. */
  signNow(size: number, root: string): void {
    const checkpoint = this.#make(size, root);
    if (checkpoint === this.#last) return;
    const written = this.#write(checkpoint);
    try {
      fdatasyncSync(written.fd);
    } finally {
      closeSync(written.fd);
    }
    this.#signed(checkpoint, written);
  }

  #make(size: number, root: string): Checkpoint {
    if (this.#last !== undefined && size <= this.#last.size) return this.#last;
    const note = this.#key.sign(checkpointText(this.#key.origin, size, root));
    return { origin: this.#key.origin, size, root, note };
  }

  /** Hands it to the operating system, in place of one that did not come to disk. */
  #write({ note }: Checkpoint): Written {
    const fd = openSync(this.#path, existsSync(this.#path) ? 'r+' : 'wx', 0o600);
    try {
      const bytes = Buffer.from(`${note}\n`);
      // Somebody may have cut or removed the file: zeros in place of that would make it worse.
      const start = Math.min(this.#bytes, fstatSync(fd).size);
      ftruncateSync(fd, start);
      writeWhole(fd, bytes, start);
      return { fd, start, end: start + bytes.length };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #signed(checkpoint: Checkpoint, { start, end }: Written): void {
    // The name of the file is on disk with the first.
    if (start === 0) syncDirectory(this.#directory);
    this.#bytes = end;
    this.#last = checkpoint;
    this.#onSigned(checkpoint);
  }
}

function readLast(path: string, origin: string): { bytes: number; last: Checkpoint | undefined } {
  if (!existsSync(path)) return { bytes: 0, last: undefined };
  const fd = openSync(path, 'r+');
  try {
    const { size } = fstatSync(fd);
    const tail = Buffer.allocUnsafe(Math.min(TAIL_BYTES, size));
    const start = size - tail.length;
    readSync(fd, tail, 0, tail.length, start);
    // A note begins with the origin, after the empty line that ends the one before.
    const found = start === 0 ? -2 : tail.indexOf(`\n\n${origin}\n`);
    const from = found === -1 ? 0 : found + 2;
    const { checkpoints, goodBytes, isTorn } = parseCheckpoints(tail.subarray(from).toString());
    const bytes = isTorn ? start + from + goodBytes : size;
    if (isTorn) ftruncateSync(fd, bytes);
    const last = checkpoints.at(-1);
    return {
      bytes,
      last: last && { origin: last.origin, size: last.size, root: last.root, note: last.note },
    };
  } finally {
    closeSync(fd);
  }
}
