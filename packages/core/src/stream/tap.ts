import { type Context, context as contextApi, type SpanContext } from '@opentelemetry/api';
import { reportFault } from '../fault/report-fault.ts';
import type { Exemplar } from '../metric.ts';
import { sampledSpanContext } from '../sampled-span.ts';

/** Something that is shown every measurement of a metric stream, beside its accumulators. */
export interface MeasurementTap {
  /** `where`: the bucket of a histogram, the magnitude of an exponential one, 0 without buckets; -1 for a value that was ignored. */
  offer(series: number, where: number, value: number, context: Context | undefined): void;
}

/** Recordings without a sampled span that go by, at most, before the context is looked at again. */
const MAX_SKIP = 256;

/**
 * Keeps, for each bucket of each series, the first measurement since the last collection that was taken inside a
 * sampled span (specification, exemplar filter `TraceBased`).
 *
 * Asking for the active span costs about 50 ns, so a bucket that has its exemplar does not ask again before the next
 * collection, and a stream that meets no sampled span asks ever more rarely, up to every 256th recording.
 */
export class ExemplarStore implements MeasurementTap {
  readonly #buckets: number;
  readonly #kept = new Map<number, Exemplar & { round: number }>();
  #round = 0;
  #skip = 0;
  #backOff = 0;

  constructor(buckets: number) {
    this.#buckets = buckets;
  }

  offer(series: number, where: number, value: number, given: Context | undefined): void {
    // Attributes are easily given in its place, and numbers by `forEach(bound.add, bound)`.
    const context = typeof given?.getValue === 'function' ? given : undefined;
    if (this.#skip > 0 && context === undefined) {
      this.#skip--;
      return;
    }
    const place = series * this.#buckets + where;
    if (where < 0 || this.#kept.get(place)?.round === this.#round) return;
    const span = spanIn(context);
    if (span === undefined) {
      if (context === undefined) {
        this.#backOff = Math.min(this.#backOff * 2 + 1, MAX_SKIP);
        this.#skip = this.#backOff;
      }
      return;
    }
    this.#backOff = 0;
    this.#keep(place, value, span);
  }

  /** As {@link offer}, by one who knows the sampled span. */
  offerIn(series: number, where: number, value: number, span: SpanContext): void {
    const place = series * this.#buckets + where;
    if (where >= 0 && this.#kept.get(place)?.round !== this.#round) this.#keep(place, value, span);
  }

  /** A collection begins: every bucket may take a new exemplar. */
  nextRound(): void {
    this.#round++;
  }

  get(series: number, where: number): Exemplar | undefined {
    return this.#kept.get(series * this.#buckets + where);
  }

  #keep(place: number, value: number, span: SpanContext): void {
    this.#kept.set(place, {
      value,
      timestampMillis: Date.now(),
      traceId: span.traceId,
      spanId: span.spanId,
      round: this.#round,
    });
  }
}

/** The sampled span of a context, the active one if none is given. Never throws: context managers and spans may be the user's. */
function spanIn(context: Context | undefined): SpanContext | undefined {
  try {
    return sampledSpanContext(context ?? contextApi.active());
  } catch (fault) {
    reportFault('exemplars', 'asking for the active span', fault);
    return undefined;
  }
}

/** Measurements that a stream keeps before the views are known. 1,024: a start-up records a few dozen. */
const EARLY_CAPACITY = 1_024;

/**
 * Keeps the first measurements of a stream as they came, until the views are known, so that they can be recorded again
 * into whatever streams the views make. When there are more than it holds, it lets go of them all.
 */
export class EarlyLog implements MeasurementTap {
  /** Pairs of series and value, or `undefined` when there were too many. */
  measurements: { readonly series: number; readonly value: number }[] | undefined = [];

  offer(series: number, _where: number, value: number): void {
    if (this.measurements === undefined) return;
    if (this.measurements.length === EARLY_CAPACITY) this.measurements = undefined;
    else this.measurements.push({ series, value });
  }
}
