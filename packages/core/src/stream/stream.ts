import { type Attributes, type Context, context as contextApi, type SpanContext } from '@opentelemetry/api';
import type { KeyFilter } from '../attributes/key-set.ts';
import { readable } from '../attributes/readable.ts';
import { SeriesIndex, type SeriesOwner } from '../attributes/series-index.ts';
import { reportFault } from '../fault/report-fault.ts';
import { tell } from '../fault/tell.ts';
import type { CollectedMetric, ExponentialHistogramValue, MetricDescriptor, MetricKind } from '../metric.ts';
import { overflowedMeasurements } from '../self-metrics.ts';
import { type AttributeView, isSameView, keyFilter } from './attribute-view.ts';
import { EarlyLog, ExemplarStore, type MeasurementTap } from './tap.ts';

/** What every stream is made of. */
export interface StreamOptions extends AttributeView {
  readonly descriptor: MetricDescriptor;
  readonly monotonic: boolean;
  /** Series, the overflow series included. */
  readonly cardinalityLimit: number;
  /** Description of the counter that is derived from this histogram's count. */
  readonly countAs?: MetricDescriptor | undefined;
  /** Kept only for what is derived from it, and not shown itself. */
  readonly hidden?: boolean | undefined;
  /** What the stream was made for: `view`, or the text of the aggregation that readers asked for. */
  readonly origin: string;
}

/** Origin of the streams that readers without an aggregation of their own read. */
export const DEFAULT_ORIGIN: string = JSON.stringify({ type: 'default' });

/** Series that a new stream has room for. Most instruments of a program have fewer. */
export const FIRST_CAPACITY = 4;

/**
 * A metric stream: the series of one instrument under one view, and their accumulators in typed arrays indexed by
 * series number. Recording is a look-up of the number and a few additions.
 *
 * `cells` hold what was recorded; a sum has whole numbers beside them. Without a reader of delta temporality that is the
 * total since the start, and nothing else is kept. With one, each collection folds the cells into `total` and into what is
 * pending for each such reader, and empties them: the sums of every interval are then added up by themselves, exactly as the
 * OpenTelemetry SDK does, and no rounding of a large total gets into a small difference.
 */
export abstract class Stream implements SeriesOwner {
  abstract readonly kind: MetricKind;
  readonly monotonic: boolean;
  readonly index: SeriesIndex;
  descriptor: MetricDescriptor;
  readonly countAs: MetricDescriptor | undefined;
  readonly hidden: boolean;
  readonly origin: string;
  /** Whether its values come from callbacks, anew for each collection. */
  readonly isObserved: boolean;
  /**
   * Rises with every collection, so that each reader knows which series were recorded since its last one. What is recorded was folded
   * before: see {@link Stream.fold}.
   */
  epoch = 1;
  /** Per series: the epoch in which it was recorded last. */
  touched: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Per series: Unix milliseconds of the first measurement. */
  starts: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Shown every measurement: exemplars, or the early log. Rarely there, so that its cost is one test. */
  tap: MeasurementTap | undefined = undefined;
  /** What becomes of the attributes of a measurement. */
  readonly view: AttributeView;
  readonly #processors: AttributeView['processors'];
  /** What the view keeps, where there are processors. */
  readonly #keeps: KeyFilter | undefined;
  #warned = false;
  #capacity = FIRST_CAPACITY;

  constructor(options: StreamOptions) {
    this.descriptor = options.descriptor;
    this.monotonic = options.monotonic;
    this.countAs = options.countAs;
    this.hidden = options.hidden ?? false;
    this.origin = options.origin;
    this.isObserved = options.descriptor.type.startsWith('OBSERVABLE');
    this.view = { attributes: options.attributes, processors: options.processors };
    this.#processors = options.processors?.length === 0 ? undefined : options.processors;
    const keeps = keyFilter(options.attributes);
    // Processors come after the filter, so that the index must not filter what they add.
    this.#keeps = this.#processors === undefined ? undefined : keeps;
    const indexKeeps = this.#processors === undefined ? keeps : undefined;
    this.index = new SeriesIndex(this, options.cardinalityLimit, indexKeeps);
  }

  /** How many buckets, or magnitudes of an exponential histogram, may have an exemplar of their own. */
  get exemplarBuckets(): number {
    return 1;
  }

  /** Adds a value to a series. Returns which exemplar it may be (the bucket; 0 without buckets), or -1 when it was ignored. */
  protected abstract accumulate(series: number, value: number): number;
  /** Adds a value to a series and shows it to the tap. Every subclass has its own, so that each stays monomorphic. */
  abstract record(series: number, value: number, context: Context | undefined): void;

  /** Takes an asynchronous observation, made at `nowMillis`. */
  observe(series: number, value: number, _nowMillis: number): void {
    this.record(series, value, undefined);
  }

  /** Several observations were added up to what a series is: it falls when one of them ends, which is no reset. */
  addsUp(_series: number): void {}

  isAddedUp(_series: number): boolean {
    return false;
  }

  /**
   * Takes over what a metric of `source`, a stream of the same instrument, holds, whose single measurements are not known: its
   * totals or, with `reader`, what that one is still to be given of it. Sums, gauges, extremes and equal histograms are exact;
   * other buckets are filled from the bounds of those before. Of a sum or a gauge a histogram knows one value.
   */
  absorb(metric: CollectedMetric, source: Stream, reader?: object): void {
    if (!this.takes(metric.kind)) return;
    const seriesOf = this.seriesFrom(source);
    for (let theirs = 0; theirs < metric.size; theirs++) {
      if (!metric.has(theirs)) continue;
      const series = seriesOf(theirs);
      this.take(series, metric, theirs, reader);
      if (source.isAddedUp(theirs)) this.addsUp(series);
      this.touched[series] = this.epoch;
      this.startedAt(series, metric.startMillis(theirs));
    }
  }

  /** Gives the series of what `source`, a stream of the same instrument, has as one of its series. */
  seriesFrom(source: Stream): (theirs: number) => number {
    // Processors need not leave alone what they have made.
    const isSeenAlike = isSameView(this.view, source.view);
    return (theirs) => {
      // What overflowed there has no attributes that a view could see.
      if (theirs === source.index.overflow) return this.index.overflowSeries();
      const attributes = source.index.attributes(theirs);
      return isSeenAlike ? this.index.resolve(attributes) : this.resolve(attributes, undefined);
    };
  }

  /** A series was first measured at a time before it was admitted here. */
  startedAt(series: number, millis: number): void {
    this.starts[series] = Math.min(this.starts[series] as number, millis);
  }

  /** The clock was set back to that time: no series begins later. */
  startBy(millis: number): void {
    for (let series = 0; series < this.index.size; series++) this.startedAt(series, millis);
  }

  /**
   * Whether it can go on from a metric of this kind. A last value is observed anew; but a sum needs the last total for the delta,
   * and a histogram the values that it was shown.
   */
  takes(kind: MetricKind): boolean {
    if (!this.isObserved) return true;
    return kind !== 'gauge' && this.kind !== 'gauge' && (kind === 'sum') === (this.kind === 'sum');
  }

  /** Adds series `theirs` of a metric to a series, or to what is pending of it for `reader`, if that one is a delta reader. */
  protected abstract take(
    series: number,
    from: CollectedMetric,
    theirs: number,
    reader: object | undefined,
  ): void;

  /** A reader of delta temporality comes: from now on intervals are kept apart. */
  abstract addDeltaReader(reader: object): void;
  abstract removeDeltaReader(reader: object): void;
  /** Before a collection, and before `epoch` rises: folds what was recorded since the last time. */
  abstract fold(): void;
  /** After a collection of `reader`: forgets what was pending for it. */
  abstract deliver(reader: object): void;

  /** The value (sums, gauges) or the sum of the values (histograms); of `reader`'s interval, or in total. */
  abstract value(series: number, reader: object | undefined): number;
  count(_series: number, _reader: object | undefined): number {
    return 0;
  }
  min(_series: number, _reader: object | undefined): number | undefined {
    return undefined;
  }
  max(_series: number, _reader: object | undefined): number | undefined {
    return undefined;
  }
  get boundaries(): readonly number[] {
    return [];
  }
  bucket(_series: number, _bucket: number, _reader: object | undefined): number {
    return 0;
  }
  /** Exponential histograms: how many buckets each sign may have. */
  get maxBuckets(): number {
    return 0;
  }
  exponential(_series: number, _reader: object | undefined): ExponentialHistogramValue {
    throw new TypeError(`${this.descriptor.name} is not an exponential histogram`);
  }

  /** The series of these attributes, as the view sees them. Never throws, whatever getters and proxies there are. */
  resolve(attributes: Attributes | undefined, context: Context | undefined): number {
    try {
      if (this.#processors === undefined) return this.index.resolve(attributes);
      return this.index.resolve(this.process(attributes ?? {}, context));
    } catch (error) {
      return this.#resolveReadable(attributes ?? {}, context, error);
    }
  }

  #resolveReadable(attributes: Attributes, context: Context | undefined, error: unknown): number {
    reportFault('attributes', `reading all those of a measurement of metric ${this.descriptor.name}`, error);
    return this.index.resolve(this.process(readable(attributes), context));
  }

  /** Applies the view's processors. */
  process(attributes: Attributes, context: Context | undefined): Attributes {
    const keeps = this.#keeps;
    let processed =
      keeps === undefined
        ? attributes
        : Object.fromEntries(Object.entries(attributes).filter(([key]) => keeps(key)));
    for (const processor of this.#processors ?? []) {
      try {
        processed = processor.process(processed, context ?? contextApi.active());
      } catch (error) {
        // The recording caller must not see it; the measurement is kept, with the attributes as they were.
        reportFault('attributes-processor', `a view's processor of metric ${this.descriptor.name}`, error);
      }
    }
    return processed;
  }

  /** Whether the view changes the attributes, so that several sets may fall together. */
  get mergesAttributes(): boolean {
    return this.#processors !== undefined || this.index.filters;
  }

  /** As `record`, inside a span known to be sampled. */
  recordIn(series: number, value: number, span: SpanContext): void {
    const where = this.accumulate(series, value);
    const tap = this.tap;
    if (tap instanceof ExemplarStore) tap.offerIn(series, where, value, span);
    else if (tap !== undefined) tap.offer(series, where, value, undefined);
  }

  /** Begins to keep exemplars, or stops. */
  keepExemplars(on: boolean): void {
    if (on) this.tap = this.tap instanceof ExemplarStore ? this.tap : new ExemplarStore(this.exemplarBuckets);
    else if (this.tap instanceof ExemplarStore) this.tap = undefined;
  }

  get exemplars(): ExemplarStore | undefined {
    return this.tap instanceof ExemplarStore ? this.tap : undefined;
  }

  get early(): EarlyLog | undefined {
    return this.tap instanceof EarlyLog ? this.tap : undefined;
  }

  admitted(series: number): void {
    if (series >= this.#capacity) this.grow(Math.max(series + 1, Math.ceil(this.#capacity * 1.5)));
    this.starts[series] = Date.now();
  }

  overflowed(): void {
    overflowedMeasurements(this.descriptor.name);
    if (this.#warned) return;
    this.#warned = true;
    tell(
      'warn',
      `Metric ${this.descriptor.name} has reached its cardinality limit of ${this.index.limit} series; further ` +
        `attribute sets are counted together under otel.metric.overflow=true. Use attributes with fewer values, or ` +
        `raise the limit with a view (aggregationCardinalityLimit) or metrics.cardinalityLimit.`,
    );
  }

  refused(key: string, value: unknown): void {
    tell(
      'warn',
      `Attribute ${key} of metric ${this.descriptor.name} was left out: its value is of type ${typeof value}, ` +
        'and only strings, numbers, booleans and arrays of those are allowed.',
    );
  }

  /** Makes room for `capacity` series. */
  protected grow(capacity: number): void {
    this.#capacity = capacity;
    this.touched = grownInt32(this.touched, capacity);
    this.starts = grownFloat64(this.starts, capacity);
  }
}

export function grownInt32(array: Int32Array, length: number): Int32Array {
  const copy = new Int32Array(length);
  copy.set(array);
  return copy;
}

export function grownFloat64(array: Float64Array, length: number): Float64Array {
  const copy = new Float64Array(length);
  copy.set(array);
  return copy;
}
