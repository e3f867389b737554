// Numbers of fields (opentelemetry-proto v1: collector/trace/v1/trace_service.proto, trace/v1/trace.proto).

export const EXPORT_REQUEST = { resourceSpans: 1 } as const;
export const RESOURCE_SPANS = { resource: 1, scopeSpans: 2, schemaUrl: 3 } as const;
export const SCOPE_SPANS = { scope: 1, spans: 2, schemaUrl: 3 } as const;
export const SPAN = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  start: 7,
  end: 8,
  attributes: 9,
  droppedAttributesCount: 10,
  events: 11,
  droppedEventsCount: 12,
  links: 13,
  droppedLinksCount: 14,
  status: 15,
  flags: 16,
} as const;
export const EVENT = { time: 1, name: 2, attributes: 3, droppedAttributesCount: 4 } as const;
export const LINK = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  attributes: 4,
  droppedAttributesCount: 5,
  flags: 6,
} as const;
export const STATUS = { message: 2, code: 3 } as const;

/** Bits of `flags` above those of W3C trace flags (`SpanFlags` of trace.proto). */
export const CONTEXT_HAS_IS_REMOTE = 0x100;
export const CONTEXT_IS_REMOTE = 0x200;
