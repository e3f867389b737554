import type { Link, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { writeAttributes } from '../protobuf/attributes.ts';
import { writeText } from '../protobuf/origin.ts';
import type { ProtoWriter } from '../protobuf/proto-writer.ts';
import { RecordedSpan } from '../spans/recorded-span.ts';
import {
  CONTEXT_HAS_IS_REMOTE,
  CONTEXT_IS_REMOTE,
  EVENT,
  LINK,
  SCOPE_SPANS,
  SPAN,
  STATUS,
} from './fields.ts';

/**
 * As words, the fields 10, 12 and 14 that are 0, field 15 that is a message of 2 bytes with its field 3 that is 0, and
 * the tag of field 16, of which only the value differs.
 */
const PLAIN_END: readonly number[] = [0x00_60_00_50, 0x02_7a_00_70, 0x01_85_00_18];

/** Writes an ended span as an element of `ScopeSpans.spans`. */
export function writeSpan(writer: ProtoWriter, span: ReadableSpan): void {
  const mark = writer.length;
  const { kind, parentSpanContext } = span;
  const recorded = span instanceof RecordedSpan ? span : undefined;
  const own = span.spanContext();
  const flags = flagsOf(own, parentSpanContext?.isRemote);
  if (recorded?.isPlain === true) writePlainEnd(writer, flags);
  else writeEnd(writer, span, flags);
  writeAttributes(writer, SPAN.attributes, span.attributes);
  const endMillis = recorded?.endMillis;
  if (endMillis === undefined) writer.nanos(SPAN.end, ...span.endTime);
  else writer.millis(SPAN.end, endMillis);
  const startMillis = recorded?.startMillis;
  if (startMillis === undefined) writer.nanos(SPAN.start, ...span.startTime);
  else writer.millis(SPAN.start, startMillis);
  // The API's kinds begin at 0, OTLP has 0 for none.
  writer.varint(SPAN.kind, kind + 1);
  writer.string(SPAN.name, span.name);
  if (parentSpanContext?.spanId) writer.hex(SPAN.parentSpanId, parentSpanContext.spanId);
  writeText(writer, SPAN.traceState, own.traceState?.serialize());
  writer.hex(SPAN.spanId, own.spanId);
  writer.hex(SPAN.traceId, own.traceId);
  writer.message(SCOPE_SPANS.spans, mark);
}

/** What comes behind the attributes. */
function writeEnd(writer: ProtoWriter, span: ReadableSpan, flags: number): void {
  const { events, links } = span;
  writer.fixed32(SPAN.flags, flags);
  writeStatus(writer, span.status);
  writer.varint(SPAN.droppedLinksCount, span.droppedLinksCount);
  for (let i = links.length - 1; i >= 0; i--) writeLink(writer, links[i] as Link);
  writer.varint(SPAN.droppedEventsCount, span.droppedEventsCount);
  for (let i = events.length - 1; i >= 0; i--) writeEvent(writer, events[i] as TimedEvent);
  writer.varint(SPAN.droppedAttributesCount, span.droppedAttributesCount);
}

/** {@link writeEnd} of most spans: no status, no events, no links, nothing dropped. */
function writePlainEnd(writer: ProtoWriter, flags: number): void {
  writer.word(flags);
  for (let i = PLAIN_END.length - 1; i >= 0; i--) writer.word(PLAIN_END[i] as number);
}

function writeStatus(writer: ProtoWriter, { code, message }: ReadableSpan['status']): void {
  const mark = writer.length;
  writer.varint(STATUS.code, code);
  writeText(writer, STATUS.message, message);
  writer.message(SPAN.status, mark);
}

function writeEvent(writer: ProtoWriter, event: TimedEvent): void {
  const mark = writer.length;
  writer.varint(EVENT.droppedAttributesCount, event.droppedAttributesCount ?? 0);
  writeAttributes(writer, EVENT.attributes, event.attributes);
  writer.string(EVENT.name, event.name);
  writer.nanos(EVENT.time, event.time[0], event.time[1]);
  writer.message(SPAN.events, mark);
}

function writeLink(writer: ProtoWriter, link: Link): void {
  const mark = writer.length;
  const { context } = link;
  writer.fixed32(LINK.flags, flagsOf(context, context.isRemote));
  writer.varint(LINK.droppedAttributesCount, link.droppedAttributesCount ?? 0);
  writeAttributes(writer, LINK.attributes, link.attributes);
  writeText(writer, LINK.traceState, context.traceState?.serialize());
  writer.hex(LINK.spanId, context.spanId);
  writer.hex(LINK.traceId, context.traceId);
  writer.message(SPAN.links, mark);
}

function flagsOf({ traceFlags }: SpanContext, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | CONTEXT_HAS_IS_REMOTE | (isRemote === true ? CONTEXT_IS_REMOTE : 0);
}
