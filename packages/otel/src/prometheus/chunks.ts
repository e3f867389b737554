/** Bytes in a chunk that is full; about what a scrape writes to its socket at once. */
export const CHUNK_BYTES: number = 256 * 1024;

// The series that fills a chunk may reach this far behind CHUNK_BYTES without making it grow.
const HEADROOM = 16 * 1024;

// A reader of usual speed has two or three in hand; what a slow one brings back at once is not worth keeping.
const MAX_SPARE = 4;

/**
 * The buffers that scrapes are written into, again and again. With new ones each time, a scrape takes its size from the
 * system, outside the heap, to which V8 answers with a major collection at every few scrapes.
 */
export interface Chunks {
  /** A buffer to write into, with an `ArrayBuffer` for itself: one that was given back, or a new one. */
  next(): Buffer;
  /** Takes back what was written into a buffer. To be called once, by the last that reads these bytes. */
  giveBack(bytes: Buffer): void;
}

export function createChunks(): Chunks {
  // Weak, so that a collection takes what lies idle between two scrapes.
  let kept = new WeakRef<Buffer[]>([]);
  return {
    next: () => kept.deref()?.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES + HEADROOM),
    giveBack: ({ buffer }) => {
      let spare = kept.deref();
      if (spare === undefined) {
        spare = [];
        kept = new WeakRef(spare);
      }
      if (spare.length < MAX_SPARE) spare.push(Buffer.from(buffer));
    },
  };
}
