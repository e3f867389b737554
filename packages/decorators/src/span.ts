import {
  type Attributes,
  type Context,
  context,
  type Span,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import {
  isUnsampledBelow,
  markFailed,
  recordFailure,
  sampledContextOf,
  withSpan,
} from '@org/instrument-core';
import type { CallSite } from './call-site.ts';

/** The span of one call, or the span it happens in. */
export interface CallSpan {
  /** `undefined` when there is nothing to record on. */
  readonly span: Span | undefined;
  /** Context that the function runs in; `undefined` when it is the caller's. */
  readonly context: Context | undefined;
  /** Of the sampled span that exemplars point at. */
  readonly spanContext: SpanContext | undefined;
}

const NO_SPAN: CallSpan = { span: undefined, context: undefined, spanContext: undefined };

/**
 * Opens the span of a call. Below an unsampled parent none is asked for when the sampler follows its parent. The span
 * begins at `startMillis`, a reading of the monotonic clock, as the duration does.
 */
export function openSpan(site: CallSite, startMillis: number): CallSpan {
  const active = context.active();
  const above = trace.getSpan(active);
  if (isUnsampledBelow(above)) return NO_SPAN;
  if (site.tracer === undefined) {
    const sampled = above === undefined ? undefined : sampledContextOf(above);
    return sampled === undefined ? NO_SPAN : { span: undefined, context: undefined, spanContext: sampled };
  }
  const options = {
    kind: site.settings.spanKind,
    attributes: site.spanAttributes,
    startTime: startMillis,
  };
  const span = site.tracer.startSpan(site.spanName, options, active);
  return {
    span: span.isRecording() ? span : undefined,
    context: withSpan(active, span),
    spanContext: sampledContextOf(span),
  };
}

/**
 * Ends the span of a call at `endMillis`, a reading of the monotonic clock. `errorType` is that of the metrics; any other outcome
 * than ok and error is told by `instrument.outcome`.
 */
export function closeSpan(
  span: Span,
  endMillis: number,
  outcome: string,
  errorType: string,
  attributes: Attributes | undefined,
  thrown: boolean,
  error: unknown,
): void {
  try {
    if (attributes !== undefined) span.setAttributes(attributes);
    if (outcome === 'ok') return;
    if (outcome !== 'error') span.setAttribute('instrument.outcome', outcome);
    const failed = outcome === 'error' || (thrown && outcome !== 'cancelled' && outcome !== 'ignored');
    if (!failed) return;
    if (thrown) recordFailure(span, errorType, error);
    else markFailed(span, errorType);
  } finally {
    span.end(endMillis);
  }
}
