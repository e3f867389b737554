import type { SpanContext } from '@opentelemetry/api';
import type { EntryDataset } from '../operation/entry.ts';

/** Datasets whose producers are remembered: about 30 MB when full. */
const CAPACITY = 100_000;

/**
 * Remembers which span last produced a dataset, for each version and for the dataset as such; what was neither
 * produced nor asked for longest is forgotten first.
 */
export class SpanProducers {
  readonly #capacity: number;
  /** In the order of use, least recent first. */
  readonly #spans = new Map<string, SpanContext>();

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

  /** As `produced`, of what was there before: what is known by now is newer. */
  primed(dataset: EntryDataset, span: SpanContext): void {
    for (const version of new Set([undefined, dataset.version])) {
      const key = keyOf(dataset, version);
      if (!this.#spans.has(key)) this.#put(key, span);
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
    this.#spans.delete(key);
    this.#spans.set(key, span);
    if (this.#spans.size <= this.#capacity) return;
    for (const oldest of this.#spans.keys()) {
      this.#spans.delete(oldest);
      break;
    }
  }
}

/** Lengths in front, so that no choice of names makes two datasets one. */
function keyOf({ namespace, name }: EntryDataset, version: string | undefined): string {
  const names = `${namespace.length}:${name.length}:${namespace}${name}`;
  return version === undefined ? names : `${names}@${version}`;
}
