import type { IntervalMetric } from './collected-metric.ts';
import type { CollectedScope, Collection } from './metric.ts';
import type { Stream } from './stream/stream.ts';

/**
 * A collection that holds what it takes to take it back. A `WeakMap` of the collector would do the same, but doubles the
 * cost of a collection: its values outlive the young generation.
 */
export class ReturnableCollection implements Collection {
  readonly timeMillis: number;
  readonly scopes: readonly CollectedScope[];
  readonly errors: readonly unknown[];
  #intervals: ReadonlyMap<Stream, IntervalMetric>;

  constructor({ timeMillis, scopes, errors }: Collection, intervals: ReadonlyMap<Stream, IntervalMetric>) {
    this.timeMillis = timeMillis;
    this.scopes = scopes;
    this.errors = errors;
    this.#intervals = intervals;
  }

  /** The intervals, the first time. */
  takeBack(): ReadonlyMap<Stream, IntervalMetric> {
    const intervals = this.#intervals;
    this.#intervals = new Map();
    return intervals;
  }
}
