import { type Context, isSpanContextValid, type SpanContext, TraceFlags, trace } from '@opentelemetry/api';
import { UnsampledSpan } from './unsampled-span.ts';

/** The span context of the span in `context`, when that span is sampled and valid: what an exemplar may point at. */
export function sampledSpanContext(context: Context): SpanContext | undefined {
  const span = trace.getSpan(context);
  if (span === undefined || span instanceof UnsampledSpan) return undefined;
  const spanContext = span.spanContext();
  const isSampled = (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
  return isSampled && isSpanContextValid(spanContext) ? spanContext : undefined;
}
