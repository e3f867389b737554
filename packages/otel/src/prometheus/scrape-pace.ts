/**
 * How long, in all, the writing of one body waits for readers that are slower. It keeps the memory of a scrape at a
 * few pieces for a reader of usual speed; beyond it the body is written out, so that no reader holds up other scrapes.
 */
const PATIENCE_MILLIS = 250;

/** Tells the writer of a shared body how its readers are doing. */
export interface Pace {
  joined(): void;
  left(): void;
  /** How many read: those that joined, without those that have left. */
  readers(): number;
  /** Waits for the next piece on behalf of a reader. */
  wait<T>(piece: Promise<T>): Promise<T>;
  /** The writer has put a piece: all readers that waited go on. */
  pushed(): void;
  /** Resolves when a reader waits for the next piece, when all have left, or when patience is at an end. */
  readersCaughtUp(): Promise<void>;
}

export function createPace(): Pace {
  let readers = 0;
  let waiting = 0;
  let patience = PATIENCE_MILLIS;
  let wake: (() => void) | undefined;

  return {
    joined: () => {
      readers++;
    },
    left: () => {
      readers--;
      if (readers === 0) wake?.();
    },
    readers: () => readers,
    wait: (piece) => {
      waiting++;
      wake?.();
      return piece;
    },
    pushed: () => {
      waiting = 0;
    },
    readersCaughtUp: async () => {
      if (waiting > 0 || readers === 0 || patience <= 0) return;
      const begun = performance.now();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patience);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
      patience -= performance.now() - begun;
    },
  };
}
