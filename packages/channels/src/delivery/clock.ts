import { MAX_TIMER_MILLIS, monotonicMillis } from '@org/instrument-core';

/** Time, as the outbox and the delivery see it. */
export interface Clock {
  /** For stretches of time: never goes back. */
  monotonicMillis(): number;
  /** For what is written down: Unix time. */
  unixMillis(): number;
  /**
   * Calls back after that long, or earlier when it is very long; returns what calls it off. Only with `keepsAlive` does the process
   * wait for it.
   */
  after(millis: number, callback: () => void, keepsAlive?: boolean): () => void;
  /** Calls back in the next turn of the event loop; the process waits for that. */
  soon(callback: () => void): void;
}

/** The time of the machine. */
export const systemClock: Clock = {
  monotonicMillis,
  unixMillis: Date.now,
  after(millis, callback, keepsAlive = false) {
    const timer = setTimeout(callback, Math.min(Math.ceil(millis), MAX_TIMER_MILLIS));
    if (!keepsAlive) timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
};
