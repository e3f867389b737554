import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { MAX_TIMER_MILLIS } from '@org/instrument-core';

/** Width of a slot in milliseconds: no health check needs to be on time by more. */
const TICK_MILLIS = 10;
/** Slots of one revolution, 5.12 s: most timeouts lie within one, most intervals within six. */
const SLOTS = 512;

interface Entry {
  readonly tick: number;
  readonly callback: () => void;
}

/**
 * Any number of delays on a single timer of Node.js: a hashed timing wheel (Varghese and Lauck, scheme 6) that sleeps
 * until its next entry instead of turning. Setting and cancelling take constant time. Delays are kept to within
 * 10 ms, never shortened. The timer keeps the process alive only while somebody holds it. Callbacks are called in the
 * root context: whoever happened to arm the timer has nothing to do with them.
 */
export class TimerWheel {
  readonly #slots: (Set<Entry> | undefined)[] = new Array(SLOTS);
  #size = 0;
  /** Ticks up to this one have been served. */
  #served: number = currentTick();
  #timer: NodeJS.Timeout | undefined;
  #armedTick: number = Number.POSITIVE_INFINITY;
  #holders = 0;

  /** How many delays are pending. */
  get size(): number {
    return this.#size;
  }

  /** Calls back after so many milliseconds. `callback` must not throw. Returns the function that cancels it. */
  after(millis: number, callback: () => void): () => void {
    const tick = Math.max(this.#served + 1, Math.ceil((performance.now() + millis) / TICK_MILLIS));
    const entry: Entry = { tick, callback };
    const index = tick % SLOTS;
    const slot = this.#slots[index] ?? new Set<Entry>();
    this.#slots[index] = slot;
    slot.add(entry);
    this.#size++;
    if (tick < this.#armedTick) this.#arm(tick);
    return () => {
      if (!slot.delete(entry)) return;
      this.#size--;
      if (this.#size === 0) this.#disarm();
    };
  }

  /**
   * As {@link TimerWheel.after}, for the end of a time: calls back once what has arrived by then was read. An event loop that
   * stood still finds the end of the time and the answer together.
   */
  timeout(millis: number, callback: () => void): () => void {
    let turn: NodeJS.Immediate | undefined;
    const cancel = this.after(millis, () => {
      turn = setImmediate(callback);
    });
    return () => {
      cancel();
      clearImmediate(turn);
    };
  }

  /** Keeps the process alive while delays are pending, until the returned function is called. */
  hold(): () => void {
    if (this.#holders++ === 0) this.#timer?.ref();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      if (--this.#holders === 0) this.#timer?.unref();
    };
  }

  #arm(tick: number): void {
    clearTimeout(this.#timer);
    this.#armedTick = tick;
    const delay = Math.min(MAX_TIMER_MILLIS, Math.max(0, tick * TICK_MILLIS - performance.now()));
    this.#timer = setTimeout(() => context.with(ROOT_CONTEXT, () => this.#serve()), Math.ceil(delay));
    if (this.#holders === 0) this.#timer.unref();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedTick = Number.POSITIVE_INFINITY;
  }

  #serve(): void {
    this.#armedTick = Number.POSITIVE_INFINITY;
    const now = currentTick();
    const first = Math.max(this.#served + 1, now - SLOTS + 1);
    this.#served = now;
    for (let tick = first; tick <= now; tick++) {
      // A copy: callbacks may set and cancel delays.
      for (const entry of [...(this.#slots[tick % SLOTS] ?? [])]) {
        if (entry.tick > now || !this.#slots[tick % SLOTS]?.delete(entry)) continue;
        this.#size--;
        entry.callback();
      }
    }
    const next = this.#nextTick();
    if (next < this.#armedTick) this.#arm(next);
  }

  /** The earliest entry: within a revolution the slots are in order, beyond it all have to be looked at. */
  #nextTick(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    for (let tick = this.#served + 1; tick <= this.#served + SLOTS; tick++) {
      for (const entry of this.#slots[tick % SLOTS] ?? []) {
        if (entry.tick === tick) return tick;
        if (entry.tick < earliest) earliest = entry.tick;
      }
    }
    return earliest;
  }
}

function currentTick(): number {
  return Math.floor(performance.now() / TICK_MILLIS);
}
