import { CountMetric, IntervalMetric, LiveMetric } from './collected-metric.ts';
import type { Meter } from './meter.ts';
import type {
  CollectedMetric,
  CollectedScope,
  Collection,
  InstrumentType,
  MetricDescriptor,
  Temporality,
} from './metric.ts';
import { ReturnableCollection } from './returnable-collection.ts';
import { DEFAULT_ORIGIN, type Stream } from './stream/stream.ts';
import type { Lineage } from './stream/succession.ts';
import type { AggregationOptions } from './view.ts';

/** The aggregation wanted of a kind of instrument where no view says otherwise; `undefined` for the default one. */
export type Aggregations = (type: InstrumentType) => AggregationOptions | undefined;

/** What a reader asks for. */
export interface CollectorOptions {
  /**
   * Whom it reads for, such as a receiver. When it is closed, the next one of that name that asks for the same goes on from where it
   * stood, so that nobody is given deltas twice. Default: nobody goes on from it.
   */
  readonly name?: string | undefined;
  /** Temporality per kind of instrument. Default: cumulative for all. */
  readonly temporality?: ((type: InstrumentType) => Temporality) | undefined;
  /** Default: that of each kind of instrument. */
  readonly aggregation?: Aggregations | undefined;
}

/** Options of one collection. */
export interface CollectOptions {
  /** Longest wait for the callbacks of observable instruments. Default: no limit. */
  readonly timeoutMillis?: number | undefined;
}

/** Where a collector stands with a stream. */
interface Mark {
  /** Epoch of the last collection. */
  epoch: number;
  /** Unix milliseconds of the last collection. */
  millis: number;
}

/** What a collection goes by from its start. */
interface Round {
  readonly meters: readonly Meter[];
  /** Those with callbacks. */
  readonly asked: readonly Meter[];
  /** Epochs in which what is observed now counts. */
  readonly epochs: ReadonlyMap<Stream, number>;
}

/** What one collection hands over. */
interface Handover {
  readonly timeMillis: number;
  /** Intervals of earlier collections that were not delivered. */
  readonly earlier: ReadonlyMap<Stream, readonly IntervalMetric[]>;
  /** Those of this one. */
  readonly taken: Map<Stream, IntervalMetric>;
}

const NONE: readonly IntervalMetric[] = [];
const NEVER: Mark = { epoch: 0, millis: 0 };

/** One reader's view of all meters, with its own temporality and its own intervals. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #meters: ReadonlyMap<string, Meter>;
  readonly #marks = new Map<Stream, Mark>();
  readonly #deltas = new Set<Stream>();
  readonly #onClose: () => void;
  /** When it collected last. */
  #lastMillis = Date.now();
  /** Intervals that were collected and not delivered: the next collection takes them in. */
  #undelivered = new Map<Stream, IntervalMetric[]>();
  /** Of streams that were replaced: what goes on from them. Intervals that come back belong there. */
  readonly #heirs = new WeakMap<Stream, Set<Stream>>();

  constructor(options: CollectorOptions, meters: ReadonlyMap<string, Meter>, onClose: () => void) {
    this.#options = options;
    this.#meters = meters;
    this.#onClose = onClose;
  }

  /** The aggregation that this reader wants instead of the default one. */
  aggregation(type: InstrumentType): AggregationOptions | undefined {
    return aggregationOf(this.#options, type);
  }

  /** A stream has come into being: it must keep intervals apart if this reader wants deltas. */
  attach(stream: Stream): void {
    if (this.#temporality(stream) !== 'delta' || this.#deltas.has(stream) || !this.#reads(stream)) return;
    this.#deltas.add(stream);
    stream.addDeltaReader(this);
  }

  /**
   * A stream that is attached goes on from others and holds what they held. What this reader was given of them is not new to
   * it; if it was given nothing, all is.
   */
  goOn(stream: Stream, lineages: readonly Lineage[]): void {
    const before = lineages.flatMap(
      (lineage) => lineage.find((known) => this.#reads(known)) ?? lineage[0] ?? [],
    );
    const collected = before.flatMap((known) => this.#marks.get(known)?.millis ?? []);
    if (collected.length === 0 || !this.#reads(stream)) return;
    this.#marks.set(stream, { epoch: stream.epoch - 1, millis: Math.max(...collected) });
    if (!this.#deltas.has(stream)) return;
    stream.deliver(this);
    for (const known of before) {
      known.fold();
      stream.absorb(this.#interval(known, this.#undelivered.get(known) ?? NONE), known, this);
      this.#heirs.set(known, (this.#heirs.get(known) ?? new Set<Stream>()).add(stream));
    }
  }

  /** A stream is gone. */
  detach(stream: Stream): void {
    this.#deltas.delete(stream);
    this.#marks.delete(stream);
    this.#undelivered.delete(stream);
  }

  /** Asks the callbacks and collects every metric that has a point. Rejects never: what failed is in `errors`. */
  async collect(options: CollectOptions = {}): Promise<Collection> {
    const round = this.#startRound();
    const errors = await Promise.all(
      round.asked.map((meter) => meter.observables.observe(options.timeoutMillis)),
    );
    return this.#collectRound(round, errors.flat());
  }

  /** As `collect`, at once: what asynchronous callbacks observe is not in it. */
  collectNow(): Collection {
    const round = this.#startRound();
    for (const meter of round.asked) meter.observables.observeNow();
    return this.#collectRound(round, []);
  }

  /**
   * Takes back a collection that was not delivered: the next one holds its intervals too, as if it had not been made. One
   * that is taken back after the next one was made overlaps with that. Totals come with the next collection anyway.
   */
  restore(collection: Collection): void {
    if (!(collection instanceof ReturnableCollection)) return;
    for (const [stream, interval] of collection.takeBack()) {
      const heirs = this.#heirs.get(stream);
      const others = this.#undelivered.get(stream);
      if (heirs !== undefined) this.#bringBack(interval, stream, heirs);
      else if (others === undefined) this.#undelivered.set(stream, [interval]);
      else others.push(interval);
    }
  }

  /** Whether metrics that `isOfInterest` have been recorded since the last collection. Observations do not count. */
  hasNews(isOfInterest: (descriptor: MetricDescriptor) => boolean): boolean {
    return [...this.#meters.values()].some((meter) =>
      meter.streams().some((stream) => isOfInterest(stream.descriptor) && this.#isNews(stream)),
    );
  }

  /** Detaches the reader: for good, or until one of its name goes on from it. */
  close(): void {
    this.#onClose();
  }

  /** Lets go of what is kept for it. */
  discard(): void {
    for (const stream of this.#deltas) stream.removeDeltaReader(this);
    this.#deltas.clear();
    this.#marks.clear();
    this.#undelivered.clear();
  }

  /** Whether intervals are kept apart for it. */
  get keepsIntervals(): boolean {
    return this.#deltas.size > 0;
  }

  /** Whether one with these options would be given the same. */
  asksFor(options: CollectorOptions): boolean {
    const types = new Set<InstrumentType>();
    for (const { storages } of this.#meters.values()) {
      for (const { descriptor } of storages) types.add(descriptor.type);
    }
    const wants = (asked: CollectorOptions): string =>
      JSON.stringify([...types].map((type) => [temporalityOf(asked, type), aggregationOf(asked, type)]));
    return wants(options) === wants(this.#options);
  }

  #startRound(): Round {
    const meters = [...this.#meters.values()];
    const epochs = new Map<Stream, number>();
    for (const meter of meters) {
      for (const stream of meter.streams()) if (stream.isObserved) epochs.set(stream, ++stream.epoch);
    }
    const asked = meters.filter((meter) => !meter.observables.isEmpty);
    return { meters, asked, epochs };
  }

  #collectRound({ meters, epochs }: Round, errors: unknown[]): Collection {
    // Now that the callbacks have ended: what they waited for was recorded until now, and series have begun meanwhile.
    const timeMillis = Date.now();
    // Once, and not anew at each collection until the clock has caught up: each start begins a sum of its own.
    if (timeMillis < this.#lastMillis) {
      for (const meter of meters) for (const stream of meter.streams()) stream.startBy(timeMillis);
    }
    this.#lastMillis = timeMillis;
    const handover: Handover = { timeMillis, earlier: this.#undelivered, taken: new Map() };
    // What is left in it belongs to streams that exist no more, and nothing goes on from them.
    this.#undelivered = new Map();
    const scopes: CollectedScope[] = [];
    for (const meter of meters) {
      const metrics = meter
        .streams()
        .flatMap((stream) => this.#collectStream(stream, epochs.get(stream), handover));
      if (metrics.length > 0) scopes.push({ scope: meter.scope, metrics });
    }
    return new ReturnableCollection({ timeMillis, scopes, errors }, handover.taken);
  }

  #isNews(stream: Stream): boolean {
    if (this.#undelivered.has(stream)) return true;
    if (stream.isObserved || !this.#reads(stream)) return false;
    const since = (this.#marks.get(stream)?.epoch ?? 0) + 1;
    return stream.touched.subarray(0, stream.index.size).some((epoch) => epoch >= since);
  }

  #collectStream(
    stream: Stream,
    round: number | undefined,
    { timeMillis, earlier, taken }: Handover,
  ): CollectedMetric[] {
    if (stream.index.size === 0 || !this.#reads(stream)) return [];
    stream.exemplars?.nextRound();
    stream.fold();
    const isDelta = this.#deltas.has(stream);
    // Observed series are shown when they were observed now, recorded ones for good.
    const shownSince = stream.isObserved ? (round ?? stream.epoch + 1) : 1;
    const metric = isDelta
      ? this.#interval(stream, earlier.get(stream) ?? NONE, shownSince)
      : new LiveMetric(stream, shownSince);
    if (isDelta) stream.deliver(this);
    // What is recorded or, by a late answer, observed from now on belongs to the next interval.
    this.#marks.set(stream, { epoch: stream.epoch++, millis: timeMillis });
    if (!hasPoints(metric)) return [];
    if (metric instanceof IntervalMetric) taken.set(stream, metric);
    const metrics: CollectedMetric[] = stream.hidden ? [] : [metric];
    if (stream.countAs !== undefined) metrics.push(new CountMetric(metric, stream.countAs));
    return metrics;
  }

  /**
   * What a stream holds for this reader since it was collected last: of a sum, what was observed for other readers meanwhile,
   * too. A gauge that is not observed any more, that is before `shownSince`, is nothing.
   */
  #interval(stream: Stream, earlier: readonly IntervalMetric[], shownSince = 0): IntervalMetric {
    const mark = this.#marks.get(stream) ?? NEVER;
    const since = stream.kind === 'gauge' ? Math.max(mark.epoch + 1, shownSince) : mark.epoch + 1;
    const isRecorded = (series: number): boolean => (stream.touched[series] as number) >= since;
    return new IntervalMetric(stream, this, isRecorded, mark.millis, earlier);
  }

  #bringBack(interval: IntervalMetric, source: Stream, heirs: ReadonlySet<Stream>): void {
    for (const heir of heirs) {
      const next = this.#heirs.get(heir);
      if (next !== undefined) this.#bringBack(interval, source, next);
      else if (this.#deltas.has(heir)) heir.absorb(interval, source, this);
    }
  }

  #temporality(stream: Stream): Temporality {
    return temporalityOf(this.#options, stream.descriptor.type);
  }

  /** Streams made for the aggregation of other readers are not for this one. */
  #reads(stream: Stream): boolean {
    if (stream.origin === 'view') return true;
    const wanted = this.aggregation(stream.descriptor.type);
    return stream.origin === (wanted === undefined ? DEFAULT_ORIGIN : JSON.stringify(wanted));
  }
}

function temporalityOf({ temporality }: CollectorOptions, type: InstrumentType): Temporality {
  return temporality?.(type) ?? 'cumulative';
}

/** `undefined` for the default one. */
function aggregationOf(
  { aggregation }: CollectorOptions,
  type: InstrumentType,
): AggregationOptions | undefined {
  const wanted = aggregation?.(type);
  return wanted?.type === 'default' ? undefined : wanted;
}

function hasPoints(metric: CollectedMetric): boolean {
  for (let series = 0; series < metric.size; series++) if (metric.has(series)) return true;
  return false;
}
