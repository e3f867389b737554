import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TraceState,
  trace,
} from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace';
import { asText, SUPPRESS_TRACING, withSpan } from '@org/instrument-core';
import { admitted } from './attributes.ts';
import { createSpanId, createTraceId } from './ids.ts';
import { LateSpan } from './late-span.ts';
import { createMark, isSampledBelow, isSelective, type NamedSampler } from './named-sampler.ts';
import { RecordedSpan } from './recorded-span.ts';
import type { SpanOrigin } from './span-start.ts';
import { Successor } from './successor.ts';
import { writableTraceState } from './trace-state.ts';

// The SDK's `SamplingDecision`, by value: importing it would load the SDK.
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

const NO_LINKS: Link[] = [];
const NO_OPTIONS: SpanOptions = {};
const SAMPLED: SamplingResult = { decision: RECORD_AND_SAMPLED };

/** Whether a provider was shut down. */
export interface ProviderState {
  isStopped: boolean;
}

/**
 * Opens spans, as the specification's "SDK Span creation" says. Of a trace that a sampler with a name does not sample
 * nothing is made but what is asked for. Once the provider has stopped, spans are those of whatever has come after it.
 */
export function createTracer(
  origin: SpanOrigin,
  sampler: Sampler | NamedSampler,
  provider: Readonly<ProviderState>,
): Tracer {
  let successor: Successor | undefined;
  const [named, asked] = 'shouldSample' in sampler ? [undefined, sampler] : [sampler, undefined];
  const followsUnsampled = named !== undefined && (named.isParentBased || isSelective(named));
  const startSpan = (givenName: string, givenOptions?: SpanOptions, givenContext?: Context): Span => {
    if (provider.isStopped) {
      successor ??= new Successor(origin.instrumentationScope);
      const span = successor.startSpan(givenName, givenOptions, givenContext);
      if (span !== undefined) return span;
    }
    const name = asText(givenName);
    const options = givenOptions ?? NO_OPTIONS;
    const given = givenContext ?? context.active();
    const parentContext = options.root === true ? trace.deleteSpan(given) : given;
    if (parentContext.getValue(SUPPRESS_TRACING) === true) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const above = trace.getSpan(parentContext);
    if (followsUnsampled && above instanceof LateSpan) return above.child();
    const parent = parentOf(above);
    let mark: number | undefined;
    if (parent === undefined && named !== undefined && isSelective(named)) {
      mark = createMark();
      if (mark >= named.bound) return new LateSpan(mark);
    }
    if (parent !== undefined && named !== undefined && !isSampledBelow(named, parent)) {
      return trace.wrapSpanContext(spanContextOf(parent.traceId, TraceFlags.NONE, parent.traceState));
    }
    const traceId = parent === undefined ? createTraceId(mark) : parent.traceId;
    const kind = typeof options.kind === 'number' ? options.kind : SpanKind.INTERNAL;
    const { attributeCount, attributeValueLength } = origin.limits;
    const { attributes, dropped } = admitted(options.attributes, attributeCount, attributeValueLength);
    const links = options.links ?? undefined;
    const sampling =
      asked === undefined
        ? SAMPLED
        : asked.shouldSample(parentContext, traceId, name, kind, attributes, links ?? NO_LINKS);
    const flags = sampling.decision === RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE;
    const spanContext = spanContextOf(traceId, flags, sampling.traceState ?? parent?.traceState);
    if (sampling.decision === NOT_RECORD) return trace.wrapSpanContext(spanContext);
    const span = new RecordedSpan(origin, {
      name,
      kind,
      spanContext,
      parentSpanContext: parent,
      attributes,
      droppedAttributesCount: dropped,
      links,
      startTime: options.startTime,
    });
    if (sampling.attributes !== undefined) span.setAttributes(sampling.attributes);
    span.announce(parentContext);
    return span;
  };
  return {
    startSpan,
    startActiveSpan(name: string, ...rest: unknown[]): unknown {
      const fn = rest.pop() as ((span: Span) => unknown) | undefined;
      if (fn === undefined) return undefined;
      const [options, asked] = rest as [SpanOptions?, Context?];
      const given = asked ?? context.active();
      const span = startSpan(name, options, given);
      return context.with(withSpan(given, span), fn, undefined, span);
    },
  } as Tracer;
}

/** With an id of its own. All have one shape, so that a trace state is always there. */
function spanContextOf(traceId: string, traceFlags: TraceFlags, given: unknown): SpanContext {
  const traceState = writableTraceState(given) as TraceState;
  return { traceId, spanId: createSpanId(), traceFlags, traceState };
}

/** What a span is a child of: only of what has valid ids. */
function parentOf(above: Span | undefined): SpanContext | undefined {
  const spanContext = above?.spanContext() ?? undefined;
  // Our own ids need no second look, which would be at every digit.
  if (spanContext === undefined || above instanceof RecordedSpan) return spanContext;
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}
