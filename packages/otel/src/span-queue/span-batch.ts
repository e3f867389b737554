import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Ended spans that are exported together, in the form that `Items` an exporter takes. */
export interface SpanBatch<Items> {
  /** Spans added since the last `clear`. */
  readonly size: number;
  /** Where they come from. */
  readonly resources: Iterable<Resource>;
  /** What the exporter is given; good until `clear`. */
  readonly items: Items;
  /** Adds a span, which does not change any more. One that throws has added nothing. */
  add(span: ReadableSpan): void;
  /** Adds all spans of another batch, which stays as it is. */
  append(items: Items): void;
  /** Makes it an empty batch, to be filled anew. */
  clear(): void;
}

/** A batch of the spans themselves, for exporters of the SDK and of users. */
export function createSpanList(): SpanBatch<ReadableSpan[]> {
  let spans: ReadableSpan[] = [];
  return {
    get size() {
      return spans.length;
    },
    get resources() {
      return new Set(spans.map(({ resource }) => resource));
    },
    get items() {
      return spans;
    },
    add: (span) => void spans.push(span),
    append(items) {
      for (const span of items) spans.push(span);
    },
    clear() {
      // A list of its own for every export: an exporter may keep it.
      spans = [];
    },
  };
}
