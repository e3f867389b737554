import {
  type Context,
  isSpanContextValid,
  type Span,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { UnsampledSpan } from './unsampled-span.ts';

/** The span context of a span that is sampled; `undefined` for one that is not, whose ids are left alone. */
export function sampledContextOf(span: Span): SpanContext | undefined {
  if (span instanceof UnsampledSpan) return undefined;
  const spanContext = span.spanContext();
  return (spanContext.traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : spanContext;
}

/** The span context of the span in `context`, when that span is sampled and valid: what an exemplar may point at. */
export function sampledSpanContext(context: Context): SpanContext | undefined {
  const span = trace.getSpan(context);
  const spanContext = span === undefined ? undefined : sampledContextOf(span);
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}
