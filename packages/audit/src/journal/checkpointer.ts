import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory, writeWhole } from '@org/instrument-core/directory';
import type { Checkpoint } from '../audit.ts';
import { checkpointText } from '../checkpoint/checkpoint.ts';
import { checkSignatures } from '../checkpoint/note.ts';
import type { SigningKey } from '../checkpoint/signing-key.ts';
import { parseVerifierKey } from '../checkpoint/verifier-key.ts';
import { CHECKPOINTS } from './format.ts';
import { readCheckpointsEnd } from './last-checkpoint.ts';
import { type Guard, UNGUARDED } from './lock-journal.ts';
import { openExisting } from './open-existing.ts';

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
  readonly #guard: Guard;
  readonly #onSigned: (checkpoint: Checkpoint) => void;
  #bytes: number;
  #last: Checkpoint | undefined;

  /**
   * Cuts off a checkpoint that was being written when the process ended.
   *
   * @throws the error of the file system.
   */
  constructor(
    directory: string,
    key: SigningKey,
    onSigned: (checkpoint: Checkpoint) => void,
    guard: Guard = UNGUARDED,
  ) {
    this.#directory = directory;
    this.#path = join(directory, CHECKPOINTS);
    this.#key = key;
    this.#guard = guard;
    this.#onSigned = onSigned;
    const { bytes, last } = lastSigned(this.#path, key);
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
   * @throws the error of the file system, or that another process has taken the directory over.
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
    this.#guard();
    const fd = openExisting(this.#path) ?? openSync(this.#path, 'wx', 0o600);
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

/** The last checkpoint that the key has signed; what somebody else has appended is none of the journal's. */
function lastSigned(
  path: string,
  { origin, verifierKey }: SigningKey,
): { bytes: number; last: Checkpoint | undefined } {
  const key = parseVerifierKey(verifierKey);
  const end = readCheckpointsEnd(
    path,
    origin,
    ({ parsed }) => checkSignatures(parsed, [key]).signers.length > 0,
  );
  if (end === undefined) return { bytes: 0, last: undefined };
  const { bytes, goodBytes, last } = end;
  if (goodBytes < bytes) cutOff(path, goodBytes);
  return {
    bytes: goodBytes,
    last: last && { origin, size: last.size, root: last.root, note: last.note },
  };
}

function cutOff(path: string, bytes: number): void {
  const fd = openExisting(path);
  if (fd === undefined) return;
  try {
    ftruncateSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
}
