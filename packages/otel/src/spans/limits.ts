/**
 * How much one span may hold (specification, "Span Limits"). What is beyond is dropped, and counted on the span.
 */
export interface SpanLimits {
  /** Attributes of a span. */
  readonly attributeCount: number;
  /** UTF-16 units of an attribute's text, and of each text of a list. Longer ones are cut. */
  readonly attributeValueLength: number;
  /** Events of a span; the oldest give way. */
  readonly eventCount: number;
  /** Links of a span; the oldest give way. */
  readonly linkCount: number;
  /** Attributes of an event. */
  readonly attributePerEventCount: number;
  /** Attributes of a link. */
  readonly attributePerLinkCount: number;
}

/** The specification's defaults. */
export const DEFAULT_SPAN_LIMITS: SpanLimits = {
  attributeCount: 128,
  attributeValueLength: Number.POSITIVE_INFINITY,
  eventCount: 128,
  linkCount: 128,
  attributePerEventCount: 128,
  attributePerLinkCount: 128,
};

/** Adds an item to a list of at most `limit`, the oldest giving way. Tells whether nothing had to. */
export function admitLast<T>(list: T[], item: T, limit: number): boolean {
  if (limit <= 0) return false;
  const isFull = list.length >= limit;
  if (isFull) list.shift();
  list.push(item);
  return !isFull;
}
