import type { Clock } from '../../src/delivery/clock.ts';

interface Timer {
  readonly atMillis: number;
  readonly callback: () => void;
  readonly number: number;
  readonly keepsAlive: boolean;
}

/** Unix time at which the clock begins. */
export const START_MILLIS: number = Date.UTC(2026, 0, 1);

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #millis = 0;
  #timers: Timer[] = [];
  #last = 0;
  #offMillis = 0;

  monotonicMillis(): number {
    return this.#millis;
  }

  unixMillis(): number {
    return START_MILLIS + this.#offMillis + this.#millis;
  }

  /** Sets the time of day, as somebody who finds it wrong does; no time passes. */
  jump(millis: number): void {
    this.#offMillis += millis;
  }

  after(millis: number, callback: () => void, keepsAlive = false): () => void {
    const timer = { atMillis: this.#millis + millis, callback, number: ++this.#last, keepsAlive };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  soon(callback: () => void): void {
    this.after(0, callback, true);
  }

  /** Timers that would keep the process. */
  get keepingAlive(): number {
    return this.#timers.filter(({ keepsAlive }) => keepsAlive).length;
  }

  /** All timers. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Nothing that was to come will. */
  forgetAll(): void {
    this.#timers = [];
  }

  /** Lets that much time pass at once: of timers what is due begins, and nothing that follows from it happens meanwhile. */
  pass(millis: number): void {
    const end = this.#millis + millis;
    for (let next = this.#next(); next !== undefined && next.atMillis <= end; next = this.#next()) {
      const { atMillis, callback } = next;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#millis = Math.max(this.#millis, atMillis);
      callback();
    }
    this.#millis = end;
  }

  /** Lets that much time pass, timer by timer, and everything happen that follows from each. */
  async advance(millis: number): Promise<void> {
    const end = this.#millis + millis;
    await turn();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.atMillis > end) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#millis = Math.max(this.#millis, next.atMillis);
      next.callback();
      await turn();
    }
    this.#millis = end;
  }

  #next(): Timer | undefined {
    return this.#timers.reduce<Timer | undefined>((first, each) => {
      if (first === undefined || each.atMillis < first.atMillis) return each;
      return each.atMillis === first.atMillis && each.number < first.number ? each : first;
    }, undefined);
  }
}

/** All promises that can be settled are settled after this. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
