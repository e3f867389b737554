import type { Component } from '../run/component.ts';
import type { TimerWheel } from './timer-wheel.ts';

/** Share by which an interval varies, so that the instances of a fleet do not check in step. */
const JITTER = 0.1;
/** First runs are spread over so long, that a thousand checks do not all begin at once. */
const SPREAD_MILLIS = 1_000;

/** Runs components in the background while it is on. */
export class Scheduler {
  readonly #wheel: TimerWheel;
  readonly #planned = new Map<Component, () => void>();
  #users = 0;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  get isOn(): boolean {
    return this.#users > 0;
  }

  /** Switches it on for one more user. Returns the function that ends that use. */
  use(components: Iterable<Component>): () => void {
    this.#users++;
    if (this.#users === 1) for (const component of components) this.begin(component);
    let isInUse = true;
    return () => {
      if (!isInUse) return;
      isInUse = false;
      this.#users--;
      if (this.#users > 0) return;
      for (const cancel of this.#planned.values()) cancel();
      this.#planned.clear();
    };
  }

  /** A component has been registered, or the scheduler switched on: its first run is soon. */
  begin(component: Component): void {
    if (!this.isOn) return;
    const interval = intervalOf(component);
    const age = component.ageMillis(performance.now());
    const first = Math.random() * Math.min(SPREAD_MILLIS, interval);
    this.#plan(component, Math.max(first, interval - age));
  }

  /** A run has ended, whoever asked for it: the next one is an interval from now. */
  ended(component: Component): void {
    if (!this.isOn) return;
    this.#plan(component, intervalOf(component) * (1 + JITTER * (Math.random() * 2 - 1)));
  }

  /** A component is taken out. */
  end(component: Component): void {
    this.#planned.get(component)?.();
    this.#planned.delete(component);
  }

  #plan(component: Component, millis: number): void {
    this.#planned.get(component)?.();
    const run = (): void => {
      this.#planned.delete(component);
      void component.run();
    };
    this.#planned.set(component, this.#wheel.after(millis, run));
  }
}

function intervalOf({ isDown, definition }: Component): number {
  return isDown ? definition.downIntervalMillis : definition.intervalMillis;
}
