import type { MeterOptions, MeterProvider as MeterProviderInterface } from '@opentelemetry/api';
import { asText } from './as-text.ts';
import { type Aggregations, Collector, type CollectorOptions } from './collector.ts';
import { InstrumentError } from './errors.ts';
import { tell } from './fault/tell.ts';
import type { Storage } from './instrument/storage.ts';
import { isCompatible, Meter } from './meter.ts';
import type { InstrumentationScope, MetricDescriptor } from './metric.ts';
import { processWide } from './process-wide.ts';
import { SELF_METRICS, type SelfMetric, selfCounts } from './self-metrics.ts';
import { type SeriesSnapshot, snapshotOf } from './snapshot.ts';
import type { Stream } from './stream/stream.ts';
import { type Inheritance, inheritanceOf, Succession } from './stream/succession.ts';
import { EarlyLog } from './stream/tap.ts';
import type { MetricViewOptions } from './view.ts';
import { createStream, limitProblem, ViewRegistry } from './view-registry.ts';

/** Series per instrument unless said otherwise (specification, "Cardinality limits"). */
export const DEFAULT_CARDINALITY_LIMIT = 2_000;

/** What {@link MeterProvider.configure} sets; what is left out takes its default. */
export interface MeterProviderOptions {
  readonly views?: readonly MetricViewOptions[] | undefined;
  /** Series per instrument, the overflow series included. Default 2,000. */
  readonly cardinalityLimit?: number | undefined;
  /** Whether measurements inside sampled spans become exemplars. Default `false`. */
  readonly exemplars?: boolean | undefined;
  /**
   * Aggregations that readers will ask for which are attached later: with them single values are known of what is recorded until
   * then. Default none.
   */
  readonly aggregations?: readonly Aggregations[] | undefined;
}

/**
 * The meter provider: instruments record from the moment they exist, whether or not anybody reads. Readers attach
 * later, as collectors; views and limits can be set later too, and what was recorded before is recorded again into the
 * streams that the views make.
 */
export class MeterProvider implements MeterProviderInterface {
  readonly #meters = new Map<string, Meter>();
  readonly #collectors = new Set<Collector>();
  #views: ViewRegistry;
  /** Closed readers that others may go on from, by name; they are among the collectors. */
  readonly #resting = new Map<string, Collector>();
  #cardinalityLimit: number;
  #exemplars: boolean;
  #aggregations: readonly Aggregations[];
  readonly #flushes = new Set<() => Promise<void>>();
  #isConfigured: boolean;
  /** The streams that views have made for each meter, by name. */
  #viewStreams = new WeakMap<Meter, Map<string, Stream[]>>();

  /** With options it is configured at once; without, it keeps what is recorded until `configure` is called. */
  constructor(options?: MeterProviderOptions) {
    this.#isConfigured = options !== undefined;
    checkLimit(options?.cardinalityLimit);
    this.#views = new ViewRegistry(options?.views ?? []);
    this.#cardinalityLimit = options?.cardinalityLimit ?? DEFAULT_CARDINALITY_LIMIT;
    this.#exemplars = options?.exemplars ?? false;
    this.#aggregations = options?.aggregations ?? [];
  }

  getMeter(given: string, givenVersion?: string, options?: MeterOptions): Meter {
    const [name, version] = [asText(given), asText(givenVersion)];
    const schemaUrl = options?.schemaUrl == null ? undefined : asText(options.schemaUrl);
    const id = JSON.stringify([name, version, schemaUrl ?? '']);
    let meter = this.#meters.get(id);
    if (meter === undefined) {
      if (name === '')
        tell('warn', 'A meter was asked for without a name: its metrics cannot be told by their scope.');
      const scope: InstrumentationScope = { name, version, schemaUrl };
      meter = new Meter(scope, (owner, storage) => {
        this.#open(owner, storage, []);
        this.#attach(storage.streams);
      });
      this.#meters.set(id, meter);
    }
    return meter;
  }

  /** @throws {InstrumentError} `INSTRUMENT_CONFIG_INVALID` when a view or the limit is wrong; nothing is changed then. */
  configure(options: MeterProviderOptions): void {
    checkLimit(options.cardinalityLimit);
    this.#views = new ViewRegistry(options.views ?? []);
    this.#cardinalityLimit = options.cardinalityLimit ?? DEFAULT_CARDINALITY_LIMIT;
    this.#exemplars = options.exemplars ?? false;
    this.#aggregations = options.aggregations ?? [];
    this.#isConfigured = true;
    this.#viewStreams = new WeakMap();
    for (const meter of this.#meters.values()) this.#reopen(meter, meter.storages);
  }

  /**
   * Attaches a reader. What was recorded before belongs to its first collection, but what one of its name had collected before
   * it was closed.
   */
  addCollector(options: CollectorOptions = {}): Collector {
    this.#registerSelfMetrics();
    const rested = this.#takeResting(options.name);
    if (rested?.asksFor(options) === true) return rested;
    if (rested !== undefined) this.#remove(rested);
    const collector: Collector = new Collector(options, this.#meters, () =>
      this.#rest(collector, options.name),
    );
    this.#collectors.add(collector);
    for (const meter of this.#meters.values()) {
      // A reader with an aggregation of its own gets streams of its own.
      const others = meter.storages.filter(
        (storage) =>
          collector.aggregation(storage.descriptor.type) !== undefined && !this.#hasView(meter, storage),
      );
      this.#reopen(meter, others);
      for (const stream of meter.streams()) collector.attach(stream);
    }
    return collector;
  }

  /**
   * Pushes what is recorded, as `forceFlush()` of the SDK's provider, which instrumentations and applications call where there
   * is one. Never rejects.
   */
  async forceFlush(): Promise<void> {
    await Promise.all(Array.from(this.#flushes, (flush) => flush()));
  }

  /** Has readers that push asked by `forceFlush()`. `flush` must not reject. Returns the function that takes it back. */
  onForceFlush(flush: () => Promise<void>): () => void {
    this.#flushes.add(flush);
    return () => void this.#flushes.delete(flush);
  }

  /** A reader was closed: it is kept while there are intervals that another of its name must not be given again. */
  #rest(collector: Collector, name: string | undefined): void {
    if (name === undefined || !collector.keepsIntervals) {
      this.#remove(collector);
      return;
    }
    const other = this.#takeResting(name);
    if (other !== undefined && other !== collector) this.#remove(other);
    this.#resting.set(name, collector);
  }

  #takeResting(name: string | undefined): Collector | undefined {
    if (name === undefined) return undefined;
    const resting = this.#resting.get(name);
    this.#resting.delete(name);
    return resting;
  }

  #remove(collector: Collector): void {
    collector.discard();
    this.#collectors.delete(collector);
  }

  /** Every series as it stands now. Asynchronous observations show their last value. */
  snapshot(): SeriesSnapshot[] {
    this.#registerSelfMetrics();
    return snapshotOf(this.#meters.values());
  }

  #hasView(meter: Meter, storage: Storage): boolean {
    return this.#views.find(storage.descriptor, meter.scope).length > 0;
  }

  /** Opens storages anew. Streams that are new go on from those that were there before. */
  #reopen(meter: Meter, storages: readonly Storage[]): void {
    const before = storages.map((storage): [Storage, Inheritance | undefined] => [
      storage,
      inheritanceOf(storage.streams),
    ]);
    const succession = new Succession();
    for (const [storage, inheritance] of before) {
      const known = inheritance?.lineage ?? [];
      this.#open(meter, storage, known);
      for (const stream of storage.streams) {
        if (inheritance !== undefined && !known.includes(stream)) succession.hand(stream, inheritance);
      }
    }
    const streams = new Set(meter.streams());
    const replaced = before
      .flatMap(([, known]) => known?.lineage ?? [])
      .filter((stream) => !streams.has(stream));
    const heirs = succession.close();
    this.#attach(meter.streams());
    for (const collector of this.#collectors) {
      for (const [heir, lineages] of heirs) collector.goOn(heir, lineages);
      for (const stream of replaced) collector.detach(stream);
    }
  }

  /** Shows the readers streams that may be new. */
  #attach(streams: readonly Stream[]): void {
    for (const collector of this.#collectors) {
      for (const stream of streams) collector.attach(stream);
    }
  }

  /** Gives a storage the streams that the views and the readers ask for; `known` ones are kept where they fit. */
  #open(meter: Meter, storage: Storage, known: readonly Stream[]): void {
    const views = this.#views.find(storage.descriptor, meter.scope);
    const streams =
      views.length > 0
        ? // One view is enough to count from.
          views.map((view, i) => this.#viewStream(meter, storage, view, i === 0))
        : this.#defaultStreams(storage, known);
    const opened = [...new Set(streams.filter((stream) => stream !== undefined))];
    storage.use(opened);
    for (const stream of opened) {
      stream.keepExemplars(this.#exemplars);
      if (!this.#isConfigured && stream.tap === undefined && !stream.isObserved) stream.tap = new EarlyLog();
      if (this.#isConfigured && stream.early !== undefined) stream.tap = undefined;
    }
  }

  #defaultStreams(storage: Storage, known: readonly Stream[]): (Stream | undefined)[] {
    const { descriptor, advice, countAs } = storage;
    const readers = Array.from(this.#collectors, (collector) => collector.aggregation.bind(collector));
    const wanted = [...this.#aggregations, ...readers].map((aggregationOf) => aggregationOf(descriptor.type));
    const keys = [{ type: 'default' }, ...wanted.filter((aggregation) => aggregation !== undefined)].map(
      (aggregation) => JSON.stringify(aggregation),
    );
    return [...new Set(keys)].map((key) => {
      const fit = known.find((stream) => stream.origin === key);
      if (fit !== undefined) fit.index.limit = this.#cardinalityLimit;
      return (
        fit ??
        createStream(JSON.parse(key), advice, {
          descriptor,
          countAs,
          cardinalityLimit: this.#cardinalityLimit,
          origin: key,
        })
      );
    });
  }

  #viewStream(meter: Meter, storage: Storage, view: MetricViewOptions, counts: boolean): Stream | undefined {
    const descriptor = {
      ...storage.descriptor,
      name: view.name ?? storage.descriptor.name,
      description: view.description ?? storage.descriptor.description,
    };
    const shared = this.#alike(meter, descriptor).find((stream) =>
      isCompatible(stream.descriptor, descriptor),
    );
    if (shared !== undefined) return shared;
    const isDropped = view.aggregation?.type === 'drop';
    // What is counted from it is asked for even where the histogram itself is not.
    if (isDropped && (storage.countAs === undefined || !counts)) return undefined;
    const aggregation = isDropped
      ? ({ type: 'explicit_bucket_histogram', options: { boundaries: [], recordMinMax: false } } as const)
      : (view.aggregation ?? { type: 'default' });
    const stream = createStream(aggregation, storage.advice, {
      descriptor,
      countAs: counts ? this.#countAs(meter, storage) : undefined,
      hidden: isDropped,
      cardinalityLimit: view.aggregationCardinalityLimit ?? this.#cardinalityLimit,
      attributes: view.attributes,
      processors: view.attributesProcessors,
      origin: 'view',
    });
    if (stream !== undefined) this.#alike(meter, descriptor).push(stream);
    return stream;
  }

  /** The streams of views that have the name of a descriptor. */
  #alike(meter: Meter, { name }: MetricDescriptor): Stream[] {
    const byName = this.#viewStreams.get(meter) ?? new Map<string, Stream[]>();
    this.#viewStreams.set(meter, byName);
    const streams = byName.get(name) ?? [];
    byName.set(name, streams);
    return streams;
  }

  /** The derived counter, as a view of its own may rename or drop it. */
  #countAs(meter: Meter, { countAs }: Storage): Storage['countAs'] {
    if (countAs === undefined) return undefined;
    const view = this.#views.find(countAs, meter.scope)[0];
    if (view?.aggregation?.type === 'drop') return undefined;
    return {
      ...countAs,
      name: view?.name ?? countAs.name,
      description: view?.description ?? countAs.description,
    };
  }

  #registerSelfMetrics(): void {
    const id = JSON.stringify([SELF_SCOPE, '', '']);
    if (this.#meters.has(id)) return;
    const meter = this.getMeter(SELF_SCOPE);
    for (const [name, { description, unit, label }] of Object.entries(SELF_METRICS)) {
      const counter = meter.createObservableCounter(name, { description, unit });
      counter.addCallback((result) => {
        for (const [word, count] of selfCounts(name as SelfMetric)) result.observe(count, { [label]: word });
      });
    }
  }
}

function checkLimit(limit: number | undefined): void {
  const problem = limitProblem(limit, 'cardinalityLimit');
  if (problem === undefined) return;
  throw new InstrumentError('INSTRUMENT_CONFIG_INVALID', 'The meter provider cannot be configured', [
    problem,
  ]);
}

/** Scope of the metrics about the telemetry itself. */
const SELF_SCOPE = '@org/instrument/self';

/** The provider of the process: what is recorded without asking for another. */
export const meterProvider: MeterProvider = processWide('meter-provider', () => new MeterProvider());
