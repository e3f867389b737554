import { isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';

/** The active span; `undefined` when there is none. */
export function activeSpan(): SpanContext | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? span : undefined;
}
