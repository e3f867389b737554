import {
  type Attributes,
  context,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { reportFault } from '@org/instrument-core';
import type { AuditEntry, EntryContent, EntryDataset } from '../operation/entry.ts';
import type { SpanReference } from '../operation/operation.ts';
import { datasetText, shownText, spanAttributes } from './span-attributes.ts';
import { keyOf, SpanProducers } from './span-producers.ts';

/** 128: the limit of links that the SDKs have for a span by default (specification, "Span limits"). */
const MAX_LINKS = 128;

/** An operation as far as it is known when its span begins: redacted and sealed, or nothing but its action. */
export type OpeningContent = Pick<EntryContent, 'action'> & Partial<EntryContent>;

/** What is known of an operation when its span ends. */
export interface SpanEnd {
  /** How long it took, where its entry does not say: in milliseconds. Default: until now, by the calendar. */
  readonly durationMillis?: number | undefined;
  /** Of the entry that says how it ended; `undefined` when it was shed. */
  readonly index: number | undefined;
  readonly hash: string | undefined;
  /** Of the journal. */
  readonly origin?: string | undefined;
}

/** The open span of an operation. */
export interface OperationSpan {
  /** The ids of the span; `undefined` when the tracer makes none. */
  readonly spanContext: SpanContext | undefined;
  readonly span: Span;
  readonly startMillis: number;
  /** Spans that it is linked to already. */
  readonly linked: SpanReference[];
  /** Keys of the inputs that it read when it began: who produces them from then on is none of its producers. */
  read: Set<string> | undefined;
}

/**
 * Opens and closes the spans of operations, `audit.<action>`: below the active span where there is one, and linked to
 * the spans that produced what they read, of this process as far as it remembers, and of others where the operation says
 * so. No method throws.
 */
export class OperationSpans {
  readonly #tracer: Tracer;
  readonly #producers: SpanProducers;

  /** `capacity`: datasets whose producers are remembered. Default 100,000. */
  constructor(tracer: Tracer, capacity?: number) {
    this.#tracer = tracer;
    this.#producers = new SpanProducers(capacity);
  }

  /**
   * Opens the span of an operation that began at `startMillis`, Unix time. `undefined` when that fails. A span that is
   * not closed is not exported, so an operation that is refused needs nothing undone.
   */
  open(content: OpeningContent, startMillis: number = Date.now()): OperationSpan | undefined {
    try {
      const active = context.active();
      const span = this.#tracer.startSpan(
        `audit.${content.action}`,
        { kind: SpanKind.INTERNAL, startTime: startMillis, attributes: { 'audit.action': content.action } },
        active,
      );
      const own = span.spanContext();
      const spanContext = isSpanContextValid(own) ? own : undefined;
      const opened: OperationSpan = { spanContext, span, startMillis, linked: [], read: undefined };
      // Nothing to be said yet where only the action is known.
      if (Object.keys(content).length > 1) this.#describe(opened, content as EntryContent, undefined);
      return opened;
    } catch (fault) {
      reportFault('audit', 'opening a span', fault);
      return undefined;
    }
  }

  /** Links the span of an operation that goes on to what produced its inputs so far. */
  began(opened: OperationSpan | undefined, { inputs }: EntryContent): void {
    if (opened === undefined || inputs === undefined) return;
    try {
      if (!opened.span.isRecording()) return;
      this.#link(opened, inputs);
      const read = new Set<string>();
      for (const input of inputs) {
        read.add(keyOf(input, undefined));
        if (input.version !== undefined) read.add(keyOf(input, input.version));
      }
      opened.read = read;
    } catch (fault) {
      reportFault('audit', 'linking a span', fault);
    }
  }

  /**
   * Ends the span with what the operation turned out to be, and remembers it as the producer of its outputs; one that was
   * denied has produced nothing.
   */
  close(opened: OperationSpan | undefined, content: EntryContent, end: SpanEnd): void {
    if (opened === undefined) return;
    const { span, spanContext, startMillis } = opened;
    try {
      this.#describe(opened, content, end);
      const { outcome, error } = content;
      if (outcome !== undefined && outcome !== 'success' && outcome !== 'cancelled') {
        const message = error?.message ?? error?.type;
        span.setStatus({
          code: SpanStatusCode.ERROR,
          ...(message === undefined ? {} : { message: shownText(message) }),
        });
      }
      if (spanContext !== undefined && outcome !== 'denied') this.#remember(content.outputs, spanContext);
    } catch (fault) {
      reportFault('audit', 'describing a span', fault);
    }
    try {
      // Not when it was closed: the clock may have been set meanwhile, and the entry knows how long it took all the same.
      const durationMillis = content.durationMillis ?? end.durationMillis;
      span.end(
        durationMillis === undefined ? Math.max(startMillis, Date.now()) : startMillis + durationMillis,
      );
    } catch (fault) {
      reportFault('audit', 'ending a span', fault);
    }
  }

  /** Opens and closes the span of an operation that is over. Returns its ids. */
  record(content: EntryContent, startMillis: number, end: SpanEnd): SpanContext | undefined {
    const opened = this.open({ action: content.action }, startMillis);
    this.close(opened, content, end);
    return opened?.spanContext;
  }

  /** Remembers who produced the outputs of an entry that was read back, unless somebody is known who did it later. */
  prime(entry: AuditEntry): void {
    try {
      const { traceId, spanId } = entry.correlation ?? {};
      if (entry.outputs === undefined || traceId === undefined || spanId === undefined) return;
      const span = remoteSpan({ traceId, spanId });
      if (span === undefined) return;
      for (const output of entry.outputs) this.#producers.primed(output, span);
    } catch (fault) {
      reportFault('audit', 'reading the producers of an entry', fault);
    }
  }

  #describe(opened: OperationSpan, content: EntryContent, end: SpanEnd | undefined): void {
    const { span } = opened;
    if (!span.isRecording()) return;
    const attributes = spanAttributes(content);
    if (end !== undefined) addPlace(attributes, end);
    span.setAttributes(attributes);
    if (content.inputs !== undefined) this.#link(opened, content.inputs);
  }

  #link(opened: OperationSpan, inputs: readonly EntryDataset[]): void {
    const links: Link[] = [];
    for (const input of inputs) {
      const producer =
        input.producedBy === undefined ? this.#producerOf(input, opened) : remoteSpan(input.producedBy);
      addLink(opened, links, producer, { 'audit.dataset': datasetText(input) });
    }
    if (links.length > 0) opened.span.addLinks(links);
  }

  #producerOf(input: EntryDataset, { read }: OperationSpan): SpanContext | undefined {
    if (read?.has(keyOf(input, input.version))) return undefined;
    return this.#producers.producerOf(input);
  }

  #remember(outputs: readonly EntryDataset[] | undefined, span: SpanContext): void {
    if (outputs === undefined) return;
    for (const output of outputs) this.#producers.produced(output, span);
  }
}

function addLink(
  { linked, spanContext }: OperationSpan,
  links: Link[],
  producer: SpanContext | undefined,
  attributes: Attributes,
): void {
  if (producer === undefined || linked.length >= MAX_LINKS) return;
  const isSame = ({ spanId, traceId }: SpanReference): boolean =>
    spanId === producer.spanId && traceId === producer.traceId;
  if ((spanContext !== undefined && isSame(spanContext)) || linked.some(isSame)) return;
  linked.push(producer);
  links.push({ context: producer, attributes });
}

function addPlace(attributes: Attributes, { index, hash, origin }: SpanEnd): void {
  if (index !== undefined) attributes['audit.entry.index'] = index;
  if (hash !== undefined) attributes['audit.entry.hash'] = hash;
  if (origin !== undefined) attributes['audit.journal'] = origin;
}

/** A span of which only the ids are known; `undefined` for ids that cannot be. */
function remoteSpan({ traceId, spanId }: SpanReference): SpanContext | undefined {
  const span = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(span) ? span : undefined;
}
