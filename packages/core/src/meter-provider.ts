import type { MeterOptions, MeterProvider as MeterProviderInterface } from '@opentelemetry/api';
import { Collector, type CollectorOptions } from './collector.ts';
import { InstrumentError } from './errors.ts';
import type { Storage } from './instrument/storage.ts';
import { isCompatible, Meter } from './meter.ts';
import type { InstrumentationScope } from './metric.ts';
import { processWide } from './process-wide.ts';
import { SELF_METRICS, type SelfMetric, selfCounts } from './self-metrics.ts';
import { type SeriesSnapshot, snapshotOf } from './snapshot.ts';
import type { Stream } from './stream/stream.ts';
import { EarlyLog } from './stream/tap.ts';
import type { AggregationOptions, MetricViewOptions } from './view.ts';
import { createStream, keyFilter, limitProblem, ViewRegistry } from './view-registry.ts';

/** Series per instrument unless said otherwise (specification, "Cardinality limits"). */
export const DEFAULT_CARDINALITY_LIMIT = 2_000;

/** What {@link MeterProvider.configure} sets; what is left out takes its default. */
export interface MeterProviderOptions {
  readonly views?: readonly MetricViewOptions[] | undefined;
  /** Series per instrument, the overflow series included. Default 2,000. */
  readonly cardinalityLimit?: number | undefined;
  /** Whether measurements inside sampled spans become exemplars. Default `false`. */
  readonly exemplars?: boolean | undefined;
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
  #cardinalityLimit: number;
  #exemplars: boolean;
  #isConfigured: boolean;

  /** With options it is configured at once; without, it keeps what is recorded until `configure` is called. */
  constructor(options?: MeterProviderOptions) {
    this.#isConfigured = options !== undefined;
    checkLimit(options?.cardinalityLimit);
    this.#views = new ViewRegistry(options?.views ?? []);
    this.#cardinalityLimit = options?.cardinalityLimit ?? DEFAULT_CARDINALITY_LIMIT;
    this.#exemplars = options?.exemplars ?? false;
  }

  getMeter(name: string, version = '', options: MeterOptions = {}): Meter {
    const scope: InstrumentationScope = { name, version, schemaUrl: options.schemaUrl };
    const id = JSON.stringify([name, version, options.schemaUrl ?? '']);
    let meter = this.#meters.get(id);
    if (meter === undefined) {
      meter = new Meter(scope, (owner, storage) => this.#open(owner, storage));
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
    this.#isConfigured = true;
    this.#reopenAll();
  }

  /** Attaches a reader. What was recorded before belongs to its first collection. */
  addCollector(options: CollectorOptions = {}): Collector {
    this.#registerSelfMetrics();
    const collector: Collector = new Collector(options, this.#meters, () =>
      this.#collectors.delete(collector),
    );
    this.#collectors.add(collector);
    for (const meter of this.#meters.values()) {
      for (const storage of meter.storages) {
        const wanted = collector.aggregation(storage.descriptor.type);
        // A reader with an aggregation of its own gets a stream of its own.
        if (wanted !== undefined && !this.#hasView(meter, storage)) {
          const known = storage.streams;
          this.#open(meter, storage);
          recordAgain(known, storage);
        }
        for (const stream of storage.streams) collector.attach(stream);
      }
    }
    return collector;
  }

  /** Every series as it stands now. Asynchronous observations show their last value. */
  snapshot(): SeriesSnapshot[] {
    this.#registerSelfMetrics();
    return snapshotOf(this.#meters.values());
  }

  #hasView(meter: Meter, storage: Storage): boolean {
    return this.#views.find(storage.descriptor, meter.scope).length > 0;
  }

  #reopenAll(): void {
    for (const meter of this.#meters.values()) {
      const before = new Map(meter.storages.map((storage) => [storage, storage.streams]));
      for (const storage of meter.storages) storage.use([]);
      for (const storage of meter.storages) {
        const known = before.get(storage) ?? [];
        this.#open(meter, storage, known);
        recordAgain(known, storage);
      }
    }
  }

  /** Gives a storage the streams that the views and the readers ask for; `known` ones are kept where they fit. */
  #open(meter: Meter, storage: Storage, known: readonly Stream[] = storage.streams): void {
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
      for (const collector of this.#collectors) collector.attach(stream);
    }
  }

  #defaultStreams(storage: Storage, known: readonly Stream[]): (Stream | undefined)[] {
    const { descriptor, advice, countAs } = storage;
    const aggregations: AggregationOptions[] = [{ type: 'default' }];
    for (const collector of this.#collectors) {
      const wanted = collector.aggregation(descriptor.type);
      if (wanted !== undefined) aggregations.push(wanted);
    }
    return [...new Set(aggregations.map((aggregation) => JSON.stringify(aggregation)))].map((key) => {
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
    const shared = meter
      .streams()
      .find((stream) => stream.origin === 'view' && isCompatible(stream.descriptor, descriptor));
    if (shared !== undefined) return shared;
    const isDropped = view.aggregation?.type === 'drop';
    // What is counted from it is asked for even where the histogram itself is not.
    if (isDropped && (storage.countAs === undefined || !counts)) return undefined;
    const aggregation = isDropped
      ? ({ type: 'explicit_bucket_histogram', options: { boundaries: [], recordMinMax: false } } as const)
      : (view.aggregation ?? { type: 'default' });
    return createStream(aggregation, storage.advice, {
      descriptor,
      countAs: counts ? this.#countAs(meter, storage) : undefined,
      hidden: isDropped,
      cardinalityLimit: view.aggregationCardinalityLimit ?? this.#cardinalityLimit,
      keeps: keyFilter(view.attributes),
      processors: view.attributesProcessors,
      origin: 'view',
    });
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

/** Records what the streams of a storage held into those that are new. Each of them held all, so one is enough. */
function recordAgain(known: readonly Stream[], storage: Storage): void {
  const source = known.find((stream) => stream.early?.measurements !== undefined) ?? known[0];
  if (source === undefined || source.isObserved) return;
  const measurements = source.early?.measurements;
  for (const stream of storage.streams) {
    if (known.includes(stream)) continue;
    if (measurements === undefined) stream.absorb(source);
    for (const { series, value } of measurements ?? []) {
      stream.record(stream.resolve(source.index.attributes(series), undefined), value, undefined);
    }
  }
}

/** The provider of the process: what is recorded without asking for another. */
export const meterProvider: MeterProvider = processWide('meter-provider', () => new MeterProvider());
