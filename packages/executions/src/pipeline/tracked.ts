import type { Attributes } from '@opentelemetry/api';
import { ownAttributes, ownText } from '@org/instrument-core';
import { isLabel, keyOfLabels } from '../labels.ts';

/**
 * How many circuits, connections or queues a recorder keeps the state of. With four states each they stay below 2,000
 * series, core's limit for an instrument.
 */
export const MAX_TRACKED = 400;

/** Something whose state is kept. */
export interface Item<T> {
  /** Labels of its series, its name among them; they are the item's own. */
  readonly labels: Attributes;
  readonly state: T;
}

/**
 * Things by name and attributes, with their state. Bounded: when it is full, the one that has been at rest for longest
 * makes room.
 */
export class Tracked<T> {
  readonly #items = new Map<string, Item<T>>();
  readonly #isAtRest: (state: T) => boolean;

  constructor(isAtRest: (state: T) => boolean) {
    this.#isAtRest = isAtRest;
  }

  get size(): number {
    return this.#items.size;
  }

  values(): Iterable<Item<T>> {
    return this.#items.values();
  }

  /** The item of a key, from {@link keyOf}. */
  get(key: string): Item<T> | undefined {
    return this.#items.get(key);
  }

  /** Sets an item, which is then the youngest. Whether there was room. */
  set(key: string, { labels, state }: Item<T>): boolean {
    const isKnown = this.#items.delete(key);
    if (!isKnown && this.#items.size >= MAX_TRACKED && !this.#makeRoom()) return false;
    this.#items.set(ownText(key), { labels: isKnown ? labels : ownAttributes(labels), state });
    return true;
  }

  #makeRoom(): boolean {
    for (const [key, { state }] of this.#items) {
      if (this.#isAtRest(state)) return this.#items.delete(key);
    }
    return false;
  }
}

/**
 * What tells things apart: the name, and attributes in any order. Only those that get into labels: what is left out of them, or
 * overwritten by the verb's own (`reserved`), would make two things that have one series.
 */
export function keyOf(name: string, attributes: unknown, reserved: readonly string[]): string {
  // The usual case: a name alone is looked up without anything being made.
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) return name;
  const entries = Object.entries(attributes).filter(
    ([key, value]) => isLabel(value) && key !== '__proto__' && !reserved.includes(key),
  );
  return entries.length === 0 ? name : `${JSON.stringify(name)} ${keyOfLabels(entries)}`;
}
