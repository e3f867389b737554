import {
  type Attributes,
  type Context,
  context,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { isUnsampledBelow, sampledContextOf, withSpan } from '@org/instrument-core';
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
 * Ends the span of a call at `endMillis`, a reading of the monotonic clock. `errorType` is that of the metrics; what failed gets the status `ERROR` and, as the
 * OpenTelemetry semantic conventions have it, `error.type`; any other outcome than ok is told by `instrument.outcome`.
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
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: SpanStatusCode.ERROR });
    if (!thrown) return;
    // From here on the user's error is read, which may throw; what was said before stays said.
    span.recordException(error instanceof Error ? error : describeThrown(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
  } finally {
    span.end(endMillis);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? String(error.message) : describeThrown(error);
}

function describeThrown(error: unknown): string {
  return typeof error === 'object' && error !== null ? Object.prototype.toString.call(error) : String(error);
}
