import { CountMetric, IntervalMetric, LiveMetric } from './collected-metric.ts';
import type { Meter } from './meter.ts';
import type { CollectedMetric, CollectedScope, Collection, InstrumentType, Temporality } from './metric.ts';
import { DEFAULT_ORIGIN, type Stream } from './stream/stream.ts';
import type { AggregationOptions } from './view.ts';

/** What a reader asks for. */
export interface CollectorOptions {
  /** Temporality per kind of instrument. Default: cumulative for all. */
  readonly temporality?: ((type: InstrumentType) => Temporality) | undefined;
  /** Aggregation per kind of instrument where no view says otherwise; `undefined` for the default one. */
  readonly aggregation?: ((type: InstrumentType) => AggregationOptions | undefined) | undefined;
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

/** One reader's view of all meters, with its own temporality and its own intervals. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #meters: ReadonlyMap<string, Meter>;
  readonly #marks = new Map<Stream, Mark>();
  readonly #deltas = new Set<Stream>();
  readonly #onClose: () => void;

  constructor(options: CollectorOptions, meters: ReadonlyMap<string, Meter>, onClose: () => void) {
    this.#options = options;
    this.#meters = meters;
    this.#onClose = onClose;
  }

  /** The aggregation that this reader wants instead of the default one. */
  aggregation(type: InstrumentType): AggregationOptions | undefined {
    const wanted = this.#options.aggregation?.(type);
    return wanted?.type === 'default' ? undefined : wanted;
  }

  /** A stream has come into being: it must keep intervals apart if this reader wants deltas. */
  attach(stream: Stream): void {
    if (this.#temporality(stream) !== 'delta' || this.#deltas.has(stream)) return;
    this.#deltas.add(stream);
    stream.addDeltaReader(this);
  }

  /** Asks the callbacks and collects every metric that has a point. Rejects never: what failed is in `errors`. */
  async collect(options: CollectOptions = {}): Promise<Collection> {
    const timeMillis = Date.now();
    const meters = [...this.#meters.values()];
    const rounds = new Map<Stream, number>();
    for (const meter of meters) {
      for (const stream of meter.streams()) if (stream.isObserved) rounds.set(stream, ++stream.epoch);
    }
    const asked = meters.filter((meter) => !meter.observables.isEmpty);
    const errors = (
      await Promise.all(asked.map((meter) => meter.observables.observe(options.timeoutMillis)))
    ).flat();
    const scopes: CollectedScope[] = [];
    for (const meter of meters) {
      const metrics = meter
        .streams()
        .flatMap((stream) => this.#collectStream(stream, rounds.get(stream), timeMillis));
      if (metrics.length > 0) scopes.push({ scope: meter.scope, metrics });
    }
    return { timeMillis, scopes, errors };
  }

  /** Detaches the reader. */
  close(): void {
    for (const stream of this.#deltas) stream.removeDeltaReader(this);
    this.#deltas.clear();
    this.#marks.clear();
    this.#onClose();
  }

  #collectStream(stream: Stream, round: number | undefined, timeMillis: number): CollectedMetric[] {
    if (stream.index.size === 0 || !this.#reads(stream)) return [];
    stream.exemplars?.nextRound();
    stream.fold();
    const mark = this.#marks.get(stream) ?? { epoch: 0, millis: 0 };
    const isDelta = this.#deltas.has(stream);
    // Observed series count when they were observed now; recorded ones when they were since the last collection.
    const since = round ?? (stream.isObserved ? stream.epoch + 1 : isDelta ? mark.epoch + 1 : 1);
    const metric = isDelta
      ? new IntervalMetric(stream, this, (series) => (stream.touched[series] as number) >= since, mark.millis)
      : new LiveMetric(stream, since);
    if (isDelta) stream.deliver(this);
    const recordedUpTo = stream.epoch;
    if (!stream.isObserved) stream.epoch++;
    this.#marks.set(stream, { epoch: recordedUpTo, millis: timeMillis });
    if (!hasPoints(metric)) return [];
    const metrics: CollectedMetric[] = stream.hidden ? [] : [metric];
    if (stream.countAs !== undefined) metrics.push(new CountMetric(metric, stream.countAs));
    return metrics;
  }

  #temporality(stream: Stream): Temporality {
    return this.#options.temporality?.(stream.descriptor.type) ?? 'cumulative';
  }

  /** Streams made for the aggregation of other readers are not for this one. */
  #reads(stream: Stream): boolean {
    if (stream.origin === 'view') return true;
    const wanted = this.aggregation(stream.descriptor.type);
    return stream.origin === (wanted === undefined ? DEFAULT_ORIGIN : JSON.stringify(wanted));
  }
}

function hasPoints(metric: CollectedMetric): boolean {
  for (let series = 0; series < metric.size; series++) if (metric.has(series)) return true;
  return false;
}
