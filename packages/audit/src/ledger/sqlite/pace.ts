// Not the global one, which a test of the application may have replaced by a clock that stands still.
import { setImmediate } from 'node:timers';
import { monotonicMillis } from '@org/instrument-core';

/** Work between two turns of the event loop: long beside the microseconds of a turn, short for whoever waits for one. */
const MAX_WORK_MILLIS = 5;

/**
 * Lets the event loop turn while one call follows the other. A database in the process answers without it, so that whoever
 * awaits one answer after the other would keep timers, signals and sockets waiting, the renewal of leases among them.
 */
export class Pace {
  /** The next turn of the event loop, from the first call on after the last one. */
  #turn: Promise<void> | undefined;
  #sinceMillis = 0;
  /** The place in line of the call that came last, while any waits. */
  #last: Promise<void> | undefined;
  #waiting = 0;

  /** Resolves when the call may do its work, one after the other in the order of the calls; `undefined` for at once. */
  next(): Promise<void> | undefined {
    if (this.#last === undefined && !this.#isOver()) return undefined;
    this.#last = this.#wait(this.#last);
    return this.#last;
  }

  async #wait(before: Promise<void> | undefined): Promise<void> {
    this.#waiting++;
    await before;
    // What those before have done since the turn is over counts, too.
    while (this.#isOver()) await this.#turn;
    if (--this.#waiting === 0) this.#last = undefined;
  }

  /** Whether the event loop has been kept for long enough. */
  #isOver(): boolean {
    if (this.#turn !== undefined) return monotonicMillis() - this.#sinceMillis >= MAX_WORK_MILLIS;
    this.#sinceMillis = monotonicMillis();
    this.#turn = new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        resolve();
      });
    });
    return false;
  }
}
