import type { Link, SpanContext } from '@opentelemetry/api';
import { describeValue, tell } from '@org/instrument-core';
import { admitted, sayUnreadable } from './attributes.ts';
import type { SpanLimits } from './limits.ts';
import { writableTraceState } from './trace-state.ts';

const TRACE_ID = /^[\da-f]{32}$/i;
const SPAN_ID = /^[\da-f]{16}$/i;

/**
 * A link as a span keeps it; `undefined`, which is said, for one whose ids are none of W3C Trace Context: a receiver of OTLP
 * refuses a whole request for an id of another length. Ids of zeros only may be. Never throws.
 */
export function admittedLink(link: Link, limits: SpanLimits): Link | undefined {
  try {
    const { context, attributes: given } = link;
    const { traceId, spanId } = context;
    if (!isId(traceId, TRACE_ID) || !isId(spanId, SPAN_ID)) {
      const ids = [traceId, spanId].map(describeValue).join(' and ');
      tell(
        'warn',
        `A link was dropped: its ids are ${ids}, not 32 and 16 hexadecimal digits. Pad shorter ids of other systems with zeros in front.`,
      );
      return undefined;
    }
    const { attributes, dropped } = admitted(
      given,
      limits.attributePerLinkCount,
      limits.attributeValueLength,
    );
    const kept: Link = { context: withWritableState(context) };
    if (Object.keys(attributes).length > 0) kept.attributes = attributes;
    if (dropped > 0) kept.droppedAttributesCount = dropped;
    return kept;
  } catch (error) {
    sayUnreadable(error);
    return undefined;
  }
}

/** The context as it is, unless its trace state cannot be written. */
function withWritableState(context: SpanContext): SpanContext {
  if (context.traceState == null || writableTraceState(context.traceState) !== undefined) return context;
  const { traceState: _, ...others } = context;
  return others;
}

function isId(id: unknown, digits: RegExp): boolean {
  return typeof id === 'string' && digits.test(id);
}
