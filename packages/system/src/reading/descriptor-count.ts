import { readdirSync } from 'node:fs';
import { monotonicMillis } from '@org/instrument-core';
import type { KernelFiles } from './kernel-files.ts';

/** Listing takes at most a thousandth of the time. */
const SPACING = 1_000;

/**
 * Counts the open files of a process. Linux 6.2 and later tell the number as the size of the directory; before, it has to
 * be listed, 20 ms for 50,000 of them, so that it is done less often the longer it takes. `undefined` where there is none.
 */
export function createDescriptorCount(files: KernelFiles, directory: string): () => number | undefined {
  let listed: number | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  return () => {
    try {
      const size = files.sizeOf(directory);
      if (size > 0) return size;
      const begun = monotonicMillis();
      if (begun < notBefore) return listed;
      // One of them is the directory itself, while it is read.
      listed = Math.max(0, readdirSync(directory).length - 1);
      notBefore = monotonicMillis() + (monotonicMillis() - begun) * SPACING;
      return listed;
    } catch {
      return undefined;
    }
  };
}
