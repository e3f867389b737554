import { monotonicMillis } from '@org/instrument-core';
import type { KernelFiles } from './kernel-files.ts';
import { readSmallFile } from './small-file.ts';

/** Readers that come within this time share a reading: so close, none of them could tell the difference. */
const FRESH_MILLIS = 50;

/** Something that is read at most once for all who ask at about the same time. */
export interface Source<T> {
  /** Throws when it cannot be read, or when nothing in it is known. */
  read(): T;
}

/** A file of the kernel. `parse` returns `undefined` for a text in which it finds nothing. */
export function fileSource<T>(
  files: KernelFiles,
  path: string,
  parse: (text: string) => T | undefined,
): Source<T> {
  let readAt = Number.NEGATIVE_INFINITY;
  let value: T | undefined;
  return {
    read() {
      const nowMillis = monotonicMillis();
      if (value !== undefined && nowMillis - readAt < FRESH_MILLIS) return value;
      value = undefined;
      value = parse(files.read(path, nowMillis));
      if (value === undefined) throw new Error(`${path} holds nothing that is known`);
      readAt = nowMillis;
      return value;
    },
  };
}

/** The same, for what may be missing where the rest is not. */
export function optionally<T>(source: Source<T>): T | undefined {
  try {
    return source.read();
  } catch {
    return undefined;
  }
}

/** The text of a file that may be missing. */
export function textOf(path: string): string | undefined {
  try {
    return readSmallFile(path);
  } catch {
    return undefined;
  }
}
