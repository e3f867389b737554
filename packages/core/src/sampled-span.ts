import {
  type Context,
  INVALID_SPANID,
  INVALID_TRACEID,
  isSpanContextValid,
  type Span,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { runtime } from './runtime.ts';
import { UnsampledSpan } from './unsampled-span.ts';

/**
 * Whether nothing below the span, the active one, would be sampled: it is not sampled itself, and the sampler follows its
 * parent. Then no span need be asked for.
 */
export function isUnsampledBelow(span: Span | undefined): boolean {
  // Its ids, which nobody may ever ask for, are left alone.
  if (span instanceof UnsampledSpan) return true;
  if (span === undefined || !runtime.tracing.parentBased) return false;
  const spanContext = span.spanContext();
  return (spanContext.traceFlags & TraceFlags.SAMPLED) === 0 && hasIds(spanContext);
}

/** The API's `isSpanContextValid` looks at every digit, on every call; what is not valid has no ids, as good as always. */
function hasIds({ traceId, spanId }: SpanContext): boolean {
  return traceId !== INVALID_TRACEID && spanId !== INVALID_SPANID;
}

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
