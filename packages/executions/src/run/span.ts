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
  recordFailure,
  reportFault,
  runtime,
  sampledContextOf,
  withSpan,
} from '@org/instrument-core';
import type { LifetimeEnd } from './lifetime.ts';

const SCOPE = '@org/instrument';

/** The span of an execution or of a chunk, and the context that its work runs in. */
export interface OpenedSpan {
  readonly span: Span;
  readonly context: Context;
  /** Of a sampled span only. */
  readonly sampled: SpanContext | undefined;
}

/**
 * Opens a span below the one of `parent`, when tracing is on and something would be sampled. `undefined` when not: below an
 * unsampled span nothing is, where the sampler follows its parent. Never throws.
 */
export function openSpan(
  name: string,
  attributes: Attributes,
  startMillis: number,
  parent: Context = context.active(),
): OpenedSpan | undefined {
  try {
    if (!runtime.tracing.enabled || isUnsampledBelow(trace.getSpan(parent))) return undefined;
    const span = trace.getTracer(SCOPE).startSpan(name, { attributes, startTime: startMillis }, parent);
    return { span, context: withSpan(parent, span), sampled: sampledContextOf(span) };
  } catch (fault) {
    reportFault('executions', 'opening a span', fault);
    return undefined;
  }
}

/** Ends a span, as those of instrumented functions end. Never throws. */
export function closeSpan(
  { span }: OpenedSpan,
  endMillis: number,
  attributes: Attributes,
  end: LifetimeEnd,
  errorType: string,
  error: unknown,
): void {
  try {
    span.setAttributes(attributes);
    if (end === 'cancelled') span.setAttribute('instrument.outcome', end);
    if (end === 'error') recordFailure(span, errorType, error);
  } catch (fault) {
    reportFault('executions', 'describing a span', fault);
  } finally {
    try {
      span.end(endMillis);
    } catch (fault) {
      reportFault('executions', 'ending a span', fault);
    }
  }
}
