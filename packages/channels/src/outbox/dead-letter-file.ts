import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DeadLetter } from '../channels.ts';
import { appendToFile } from './open-file.ts';

/** Beyond that, a new file is begun. */
const MAX_BYTES = 5 << 20;
/** Older files that are kept. */
const KEPT = 4;
/** Bytes that wait for a disk that takes none. */
const MAX_WAITING_BYTES = 1 << 20;

/** What the file is given. */
export interface DeadLetterFileOptions {
  readonly onFault: (error: unknown) => void;
  /** So many letters could not be kept. */
  readonly onLost: (letters: number) => void;
  readonly maxBytes?: number;
}

/**
 * What was given up, one JSON per line: `dead-letters.ndjson`, and when that is full `dead-letters.1.ndjson` (the newest of the
 * older ones) to `dead-letters.4.ndjson`.
 */
export class DeadLetterFile {
  readonly #options: DeadLetterFileOptions;
  readonly #maxBytes: number;
  #directory: string | undefined;
  #waiting: string[] = [];
  #waitingBytes = 0;

  constructor(options: DeadLetterFileOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  /** Where the file is; before, and in between, letters wait in memory. */
  open(directory: string): void {
    this.#directory = directory;
    this.write();
  }

  /** The directory has become another process's. */
  detach(): void {
    this.#directory = undefined;
  }

  /** Takes a letter; it is written with the next `write`. */
  add(letter: DeadLetter): void {
    const line = `${JSON.stringify(letter)}\n`;
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (this.#waitingBytes >= MAX_WAITING_BYTES) this.write();
    let lost = 0;
    while (this.#waitingBytes > MAX_WAITING_BYTES && lost < this.#waiting.length) {
      this.#waitingBytes -= (this.#waiting[lost++] as string).length;
    }
    if (lost === 0) return;
    this.#waiting.splice(0, lost);
    this.#options.onLost(lost);
  }

  /** Hands what waits to the operating system. */
  write(): void {
    if (this.#directory === undefined || this.#waiting.length === 0) return;
    const path = join(this.#directory, nameOf(0));
    try {
      if ((lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) >= this.#maxBytes) rotate(this.#directory);
      appendToFile(path, this.#waiting.join(''));
      this.#waiting = [];
      this.#waitingBytes = 0;
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  /** Writes what waits for the last time; what the disk does not take is lost. */
  close(): void {
    this.write();
    if (this.#waiting.length > 0) this.#options.onLost(this.#waiting.length);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#directory = undefined;
  }
}

function nameOf(age: number): string {
  return age === 0 ? 'dead-letters.ndjson' : `dead-letters.${age}.ndjson`;
}

function rotate(directory: string): void {
  for (let age = KEPT - 1; age >= 0; age--) {
    try {
      renameSync(join(directory, nameOf(age)), join(directory, nameOf(age + 1)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
