import { startTimeout } from '@org/instrument-core';

const STEP_MILLIS = 100;
const STEPS = 10;

/** A disk that has not answered for that long is left alone: a write to it could block the process. */
export const STALL_MILLIS: number = STEP_MILLIS * STEPS;

/**
 * Tells a disk that does not answer from a process that had no time to hear it: the answer comes by the event loop, and
 * while that is busy there is none, however long. So time counts in steps of which each is a turn of the loop.
 */
export class StallWatch {
  readonly #onStall: () => void;
  #steps = 0;
  #isStalled = false;
  #stopTimer = (): void => {};

  constructor(onStall: () => void) {
    this.#onStall = onStall;
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
    this.#stopTimer = startTimeout(STEP_MILLIS, this.#onStep);
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
