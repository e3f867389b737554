import type { Payload, Reading } from './reading.ts';

/** Keys remembered; beyond, the one that was first heard of is forgotten. */
const MAX_KEYS = 1_000;

/** An event that has said of something that it is well. */
export interface SaidWell {
  readonly event: string;
  readonly payload: Payload;
}

/**
 * What was said to be well, and has not been said to be otherwise since. Processes that die leave conditions open; of one that another
 * process takes over and knows to be well, it can tell the end.
 */
export class KnownWell {
  /** As JSON, which keeps nothing alive. */
  readonly #said = new Map<string, string>();

  follow({ key, isWell }: Reading, event: string, payload: Payload): void {
    this.#said.delete(key);
    if (isWell !== true) return;
    this.#said.set(key, JSON.stringify({ event, payload } satisfies SaidWell));
    if (this.#said.size <= MAX_KEYS) return;
    for (const first of this.#said.keys()) {
      this.#said.delete(first);
      return;
    }
  }

  of(key: string): SaidWell | undefined {
    const said = this.#said.get(key);
    return said === undefined ? undefined : (JSON.parse(said) as SaidWell);
  }
}
