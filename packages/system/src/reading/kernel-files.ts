import { closeSync, fstatSync, openSync } from 'node:fs';
import { monotonicMillis } from '@org/instrument-core';
import { readOpenFile } from './small-file.ts';

/**
 * A descriptor stays with what its path led to: another network namespace, or another mount, is seen when the file is
 * opened anew. Once a minute that costs nothing.
 */
const KEPT_MILLIS = 60_000;

interface Kept {
  readonly descriptor: number;
  readonly untilMillis: number;
}

/**
 * Files that the kernel makes when they are read, opened once and read from the start again and again: finding, opening and
 * closing takes longer than reading most of them. They say that they are empty; what says that it holds something, a
 * copy or a file of LXCFS, is opened anew each time. One that is gone is looked for once more by its path.
 */
export class KernelFiles {
  readonly #kept = new Map<string, Kept>();
  #isClosed = false;

  /** The text as it is now. Throws as `fs` does. */
  read(path: string, nowMillis: number = monotonicMillis()): string {
    return this.#ask(path, nowMillis, readOpenFile);
  }

  /** The same of a file that may be missing. */
  find(path: string, nowMillis: number = monotonicMillis()): string | undefined {
    try {
      return this.read(path, nowMillis);
    } catch {
      return undefined;
    }
  }

  /** What a file or directory says is its size. Throws as `fs` does. */
  sizeOf(path: string, nowMillis: number = monotonicMillis()): number {
    return this.#ask(path, nowMillis, sizeOfOpen);
  }

  /** Closes all. What is asked for later is opened for that once. */
  close(): void {
    this.#isClosed = true;
    for (const [path, kept] of this.#kept) this.#drop(path, kept);
  }

  #ask<T>(path: string, nowMillis: number, question: (descriptor: number) => T): T {
    const kept = this.#kept.get(path);
    if (kept !== undefined && nowMillis < kept.untilMillis) {
      try {
        return question(kept.descriptor);
      } catch {
        // The process or the control group that it was of is no more: there may be another one in its place.
      }
    }
    if (kept !== undefined) this.#drop(path, kept);
    const descriptor = openSync(path, 'r');
    let isKept = false;
    try {
      const answer = question(descriptor);
      isKept = !this.#isClosed && isMadeWhenRead(descriptor);
      if (isKept) this.#kept.set(path, { descriptor, untilMillis: nowMillis + KEPT_MILLIS });
      return answer;
    } finally {
      if (!isKept) closeSync(descriptor);
    }
  }

  #drop(path: string, { descriptor }: Kept): void {
    this.#kept.delete(path);
    try {
      closeSync(descriptor);
    } catch {
      // Somebody has closed all descriptors of the process, as some that become daemons do.
    }
  }
}

function sizeOfOpen(descriptor: number): number {
  return fstatSync(descriptor).size;
}

function isMadeWhenRead(descriptor: number): boolean {
  const stats = fstatSync(descriptor);
  return stats.size === 0 || stats.isDirectory();
}
