import { startTimeout } from '../timeout.ts';

const STEP_MILLIS = 100;
const STEPS = 10;

/** A disk that has not answered for that long is left alone: a write to it could block the process. */
export const STALL_MILLIS: number = STEP_MILLIS * STEPS;

/** What a {@link StallWatch} is given. */
export interface StallWatchOptions {
  /** Called when the disk has not answered for too long. Default: nothing, for whoever looks at `isStalled`. */
  readonly onStall?: () => void;
  /** Calls back in a later turn of the event loop, after that long; returns what calls it off. Default: the time of the machine. */
  readonly after?: (millis: number, callback: () => void) => () => void;
}

/**
 * Tells a disk that does not answer from a process that had no time to hear it: the answer comes by the event loop, and
 * while that is busy there is none, however long. So time counts in steps of which each is a turn of the loop.
 */
export class StallWatch {
  readonly #onStall: () => void;
  readonly #after: (millis: number, callback: () => void) => () => void;
  #steps = 0;
  #isStalled = false;
  #stopTimer = (): void => {};

  constructor({ onStall = () => {}, after = startTimeout }: StallWatchOptions = {}) {
    this.#onStall = onStall;
    this.#after = after;
  }

  /** Whether the disk has left something unanswered, and still does. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** The disk was asked for something. */
  start(): void {
    this.end();
    this.#steps = 0;
    this.#await();
  }

  /** It has answered, or nobody wants to know any more. */
  end(): void {
    this.#stopTimer();
    this.#isStalled = false;
  }

  #await(): void {
    this.#stopTimer = this.#after(STEP_MILLIS, this.#onStep);
  }

  readonly #onStep = (): void => {
    this.#steps++;
    if (this.#steps < STEPS) {
      this.#await();
      return;
    }
    this.#isStalled = true;
    this.#onStall();
  };
}
