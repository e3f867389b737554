import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { UnsampledSpan } from '@org/instrument-core';
import { createSpanId, createTraceId } from './ids.ts';

/** An unsampled span of our own: the root of a trace that is not sampled, or one below it. */
export class LateSpan extends UnsampledSpan {
  readonly #above: LateSpan | number;

  /** `above`: the span that it is a child of; of a root, the mark by which its trace was not sampled. */
  constructor(above: LateSpan | number) {
    super();
    this.#above = above;
  }

  protected createSpanContext(): SpanContext {
    const above = this.#above;
    const traceId = typeof above === 'number' ? createTraceId(above) : above.spanContext().traceId;
    return { traceId, spanId: createSpanId(), traceFlags: TraceFlags.NONE };
  }
}
