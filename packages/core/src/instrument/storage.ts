import type { Attributes, Context, SpanContext } from '@opentelemetry/api';
import type { MetricDescriptor } from '../metric.ts';
import type { Stream } from '../stream/stream.ts';
import type { Advice } from '../view-registry.ts';
import { keptAttributes } from './kept-attributes.ts';

/**
 * The streams that an instrument records into: usually one, none when a view drops it, several when several views
 * select it. Shared by all instruments of a meter that were declared alike.
 */
export class Storage {
  descriptor: MetricDescriptor;
  readonly advice: Advice;
  /** Description of the counter derived from this histogram's count. */
  readonly countAs: MetricDescriptor | undefined;
  streams: readonly Stream[] = [];
  /** The only stream, when there is exactly one: the case that must be fast. */
  only: Stream | undefined = undefined;
  readonly #onUse: () => void;

  /** `onUse` is told when the streams are others. */
  constructor(
    descriptor: MetricDescriptor,
    advice: Advice,
    countAs: MetricDescriptor | undefined,
    onUse: () => void,
  ) {
    this.#onUse = onUse;
    this.descriptor = descriptor;
    this.advice = advice;
    this.countAs = countAs;
  }

  /** Replaces the streams; bound series bind anew at their next recording. */
  use(streams: readonly Stream[]): void {
    this.streams = streams;
    this.only = streams.length === 1 ? streams[0] : undefined;
    this.#onUse();
  }

  measure(value: number, attributes: Attributes | undefined, context: Context | undefined): void {
    const only = this.only;
    if (only !== undefined) {
      only.record(only.resolve(attributes, context), value, context);
      return;
    }
    for (const stream of this.streams) stream.record(stream.resolve(attributes, context), value, context);
  }

  /** As `measure`, inside a span known to be sampled, or outside of one. */
  measureIn(value: number, attributes: Attributes, span: SpanContext | undefined): void {
    for (const stream of this.streams) {
      const series = stream.resolve(attributes, undefined);
      if (span === undefined) stream.record(series, value, undefined);
      else stream.recordIn(series, value, span);
    }
  }
}

const NOT_BOUND: readonly Stream[] = [];

/** One series of one stream. */
interface Place {
  readonly stream: Stream;
  readonly series: number;
}

/**
 * The series of a storage for one set of attributes, resolved once. Views, limits and exemplars hold as for the
 * unbound way: when the views change, the next recording resolves again, and beyond a limit every one does, since each is
 * counted and the limit may be raised.
 */
export class Binding {
  readonly #storage: Storage;
  readonly #attributes: Attributes;
  #stream: Stream | undefined;
  #series = 0;
  #places: readonly Place[] = [];
  /** The storage's streams at the time of binding; nothing is bound, and no series exists, before the first recording. */
  #streams: readonly Stream[] = NOT_BOUND;

  constructor(storage: Storage, attributes: Attributes) {
    this.#storage = storage;
    this.#attributes = keptAttributes(attributes, storage.descriptor.name);
  }

  /** Number of the bound series in the storage's only stream; -1 when it has to be resolved anew each time. */
  get series(): number {
    return this.#stream === undefined ? -1 : this.#series;
  }

  record(value: number, context: Context | undefined): void {
    const stream = this.#stream;
    if (stream !== undefined && stream === this.#storage.only) {
      stream.record(this.#series, value, context);
      return;
    }
    if (this.#streams !== this.#storage.streams) this.#bind();
    for (const place of this.#places) place.stream.record(place.series, value, context);
  }

  /** As `record`, inside a span known to be sampled. */
  recordIn(value: number, span: SpanContext): void {
    if (this.#streams !== this.#storage.streams) this.#bind();
    for (const place of this.#places) place.stream.recordIn(place.series, value, span);
  }

  #bind(): void {
    const { streams, only } = this.#storage;
    this.#places = streams.map((stream) => ({ stream, series: stream.resolve(this.#attributes, undefined) }));
    const isBeyondLimit = this.#places.some(({ stream, series }) => series === stream.index.overflow);
    this.#streams = isBeyondLimit ? NOT_BOUND : streams;
    this.#stream = isBeyondLimit ? undefined : only;
    this.#series = this.#places[0]?.series ?? 0;
  }
}
