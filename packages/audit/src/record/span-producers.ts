import type { SpanContext } from '@opentelemetry/api';
import type { EntryDataset } from '../operation/entry.ts';

/** Datasets whose producers are remembered: about 30 MB when full. */
const CAPACITY = 100_000;
/** Length of all their names: 160 characters each. A name may be as long as an entry. */
const MAX_CHARACTERS = 16_000_000;
/** What is left when it was full. Many at once, since V8 steps over what was deleted before, each time it looks for the oldest. */
const KEPT_SHARE = 7 / 8;

/**
 * Remembers which span last produced a dataset, for each version and for the dataset as such; what was neither
 * produced nor asked for longest is forgotten first.
 */
export class SpanProducers {
  readonly #capacity: number;
  /** In the order of use, least recent first. */
  readonly #spans = new Map<string, SpanContext>();
  #characters = 0;

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#spans.size;
  }

  produced(dataset: EntryDataset, span: SpanContext): void {
    this.#put(keyOf(dataset, undefined), span);
    if (dataset.version !== undefined) this.#put(keyOf(dataset, dataset.version), span);
  }

  /** As `produced`, of what was there before, the newest first: what is known by now is newer, and is not forgotten for it. */
  primed(dataset: EntryDataset, span: SpanContext): void {
    for (const version of new Set([undefined, dataset.version])) {
      const key = keyOf(dataset, version);
      if (!this.#spans.has(key) && this.#hasRoomFor(key)) this.#put(key, span);
    }
  }

  /**
   * Span that produced this version of the dataset; where no version is given, the one that last produced any. What
   * produced another version, or did not say which, is not taken for it.
   */
  producerOf(dataset: EntryDataset): SpanContext | undefined {
    const key = keyOf(dataset, dataset.version);
    const span = this.#spans.get(key);
    if (span !== undefined) this.#put(key, span);
    return span;
  }

  #put(key: string, span: SpanContext): void {
    this.#forget(key);
    if (!this.#hasRoomFor(key)) this.#makeRoom();
    this.#spans.set(key, span);
    this.#characters += key.length;
  }

  #hasRoomFor(key: string): boolean {
    return this.#spans.size < this.#capacity && this.#characters + key.length <= MAX_CHARACTERS;
  }

  #makeRoom(): void {
    const size = Math.min(this.#capacity - 1, Math.floor(this.#capacity * KEPT_SHARE));
    for (const oldest of this.#spans.keys()) {
      if (this.#spans.size <= size && this.#characters <= MAX_CHARACTERS * KEPT_SHARE) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    if (this.#spans.delete(key)) this.#characters -= key.length;
  }
}

/** Lengths in front, so that no choice of names makes two datasets one. */
export function keyOf({ namespace, name }: EntryDataset, version: string | undefined): string {
  const names = `${namespace.length}:${name.length}:${namespace}${name}`;
  return version === undefined ? names : `${names}@${version}`;
}
