import type { Clock } from './clock.ts';

interface Milestone {
  order: number;
  readonly end: (isPassed: boolean) => void;
}

/** Who waits until a lane is past a certain place in its order. */
export class Milestones {
  readonly #waiting = new Set<Milestone>();
  #settled: (() => void) | undefined;

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves to `true` once all up to this place is settled; to `false` when the time is over first. */
  add(order: number, timeoutMillis: number, clock: Clock): Promise<boolean> {
    return new Promise((resolve) => {
      const milestone: Milestone = {
        order,
        end: (isPassed) => {
          this.#waiting.delete(milestone);
          cancel();
          resolve(isPassed);
        },
      };
      const cancel = clock.after(timeoutMillis, () => milestone.end(false), true);
      this.#waiting.add(milestone);
    });
  }

  /** Everything before `oldest` is settled. */
  pass(oldest: number): void {
    for (const milestone of this.#waiting) if (milestone.order < oldest) milestone.end(true);
  }

  /** What stood at one place goes on at another: who waits for the one waits for the other. */
  move(from: number, to: number): void {
    for (const milestone of this.#waiting) {
      if (milestone.order >= from) milestone.order = Math.max(milestone.order, to);
    }
  }

  /** Nothing more will be settled. */
  end(): void {
    for (const milestone of this.#waiting) milestone.end(false);
  }

  /** Resolves once `passSettled` is called, or the time is over. */
  addSettled(timeoutMillis: number, clock: Clock): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#settled = undefined;
        resolve();
      };
      const cancel = clock.after(timeoutMillis, end, true);
      this.#settled = end;
    });
  }

  /** The channel has come to an end with everything. */
  passSettled(): void {
    this.#settled?.();
  }
}
