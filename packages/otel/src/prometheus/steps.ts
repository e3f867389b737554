import { CHUNK_BYTES } from './chunks.ts';
import type { TextWriter } from './text-writer.ts';

/** Longest time for one step of writing, in milliseconds, when nothing fills a chunk before. */
const STEP_MILLIS = 2;

/** Tells a writer of much text when to give way. */
export interface Steps {
  /** Whether a chunk is full. Cheap. */
  full(): boolean;
  /** Whether a chunk is full or the time of a step is over. Reads the clock. */
  due(): boolean;
  /** Ends a step: what was written in it. The next begins when the caller's generator is resumed. */
  take(): Buffer;
}

export function createSteps(writer: TextWriter): Steps {
  let begun = performance.now();
  let resumed = true;

  return {
    full: () => writer.length >= CHUNK_BYTES,
    due: () => {
      const now = performance.now();
      if (!resumed) {
        begun = now;
        resumed = true;
      }
      return writer.length >= CHUNK_BYTES || now - begun > STEP_MILLIS;
    },
    take: () => {
      resumed = false;
      return writer.take();
    },
  };
}
