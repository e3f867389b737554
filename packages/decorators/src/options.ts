import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { AnyFunction, Duration, Outcome, ResultOf, UntypedFunction } from '@org/instrument-core';

/** The span of each call. */
export interface SpanOptions {
  /** Name of the span. Default: the name of the operation. */
  name?: string | undefined;
  /** Kind of the span, as OpenTelemetry's enum or its word. Default `'internal'`. */
  kind?: SpanKind | 'internal' | 'server' | 'client' | 'producer' | 'consumer' | undefined;
}

/** Service level objective of an operation. */
export interface SloOptions {
  /** Share of the calls that must end well and in time: above 0, at most 1. */
  target: number;
  /** Within which time: `'250ms'` or milliseconds. It becomes a bucket bound, so that the share is exact. */
  latency: Duration;
}

/** What may be said about an instrumented function. */
export interface InstrumentOptions<F extends AnyFunction = UntypedFunction> {
  /** Prefix of the metrics and name of the span. Default `Class.method`, or the function's name. */
  name?: string | undefined;
  /** Labels of every series of this operation, and attributes of its spans; `undefined` is left out. Default none. */
  labels?: Attributes | undefined;
  /**
   * Attributes of one call, asked for when it has ended; `result` is `undefined` when it threw, and of a stream. They go to
   * the span; to the metrics go only those that `metricAttributes` lists. Default none.
   */
  attributes?: ((args: Parameters<F>, result: ResultOf<F> | undefined) => Attributes | undefined) | undefined;
  /** Keys of `attributes` with few values, which become labels of the metrics too. Default none. */
  metricAttributes?: readonly string[] | undefined;
  /**
   * How a call ended: `'ok'`, `'error'`, `'cancelled'`, `'ignored'` (left out of the metrics), or a word of your own, of
   * which the first 20 per operation are kept and the rest is `'other'`; `undefined` is the default: what was thrown is
   * `'error'`, an `AbortError` `'cancelled'`, anything else `'ok'`. When it throws or returns anything but a word, the
   * default holds too. Ask `thrown` rather than `error`, which may be `undefined` or `''`; `result` is `undefined` then, and
   * of a stream.
   */
  classify?:
    | ((result: ResultOf<F> | undefined, error: unknown, thrown: boolean) => Outcome | undefined)
    | undefined;
  /** Upper bounds of the duration's buckets, in `unit`, ascending. Default: those of the recorder. */
  buckets?: readonly number[] | undefined;
  /** Unit of `<name>.duration`. Default `'s'`, as the OpenTelemetry semantic conventions ask for. */
  unit?: 's' | 'ms' | undefined;
  /** `false` opens no span. Default: a span per call while tracing is on. */
  span?: boolean | SpanOptions | undefined;
  /** Service level objective. Default none. */
  slo?: SloOptions | undefined;
  /**
   * `true` follows Node.js streams to their end too; `false` takes everything but promises as a plain value. Default:
   * generators, async iterables and web `ReadableStream`s are followed, Node.js streams are not.
   */
  stream?: boolean | undefined;
}
