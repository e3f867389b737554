import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { UnsampledSpan } from '@org/instrument-core';
import { createSpanId, createTraceId } from './ids.ts';

/** An unsampled span of our own: the root of a trace that is not sampled, or one below it. */
export class LateSpan extends UnsampledSpan {
  readonly #origin: LateSpan | number;

  /** `origin`: the root of the trace; for the root itself, the mark by which the trace was not sampled. */
  constructor(origin: LateSpan | number) {
    super();
    this.#origin = origin;
  }

  /** A span below this one. It keeps the root only: a loop whose turns are each below the one before keeps no turns. */
  child(): LateSpan {
    return new LateSpan(typeof this.#origin === 'number' ? this : this.#origin);
  }

  protected createSpanContext(): SpanContext {
    const origin = this.#origin;
    const traceId = typeof origin === 'number' ? createTraceId(origin) : origin.spanContext().traceId;
    return { traceId, spanId: createSpanId(), traceFlags: TraceFlags.NONE };
  }
}
