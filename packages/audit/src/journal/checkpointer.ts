import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../audit.ts';
import { checkpointText } from '../checkpoint/checkpoint.ts';
import { parseCheckpoints } from '../checkpoint/checkpoints-file.ts';
import type { SigningKey } from '../checkpoint/signing-key.ts';
import { CHECKPOINTS } from './format.ts';
import { syncDirectory } from './sync-directory.ts';

/** Bytes at the end of the file that are read to find the last checkpoint: one has some 200. */
const TAIL_BYTES = 64 * 1024;

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
    const data = `${checkpoint.note}\n`;
    const file = await open(this.#path, 'a', 0o600);
    try {
      await file.truncate(this.#bytes);
      await file.write(data);
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#signed(checkpoint, data);
    return checkpoint;
  }

  /** As `sign`, at once. */
  signNow(size: number, root: string): void {
    const checkpoint = this.#make(size, root);
    if (checkpoint === this.#last) return;
    const data = `${checkpoint.note}\n`;
    const fd = openSync(this.#path, 'a', 0o600);
    try {
      ftruncateSync(fd, this.#bytes);
      writeSync(fd, data);
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
    this.#signed(checkpoint, data);
  }

  #make(size: number, root: string): Checkpoint {
    if (this.#last !== undefined && size <= this.#last.size) return this.#last;
    const note = this.#key.sign(checkpointText(this.#key.origin, size, root));
    return { origin: this.#key.origin, size, root, note };
  }

  #signed(checkpoint: Checkpoint, data: string): void {
    // The name of the file is on disk with the first.
    if (this.#bytes === 0) syncDirectory(this.#directory);
    this.#bytes += Buffer.byteLength(data);
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
