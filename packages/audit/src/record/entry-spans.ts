import type { EntryContent, RecordedEntry } from '../operation/entry.ts';
import type { AuditOperation } from '../operation/operation.ts';
import { startOf } from './operation-times.ts';
import type { OperationSpan, OperationSpans } from './span.ts';

/** The spans of what a journal records; none where there is no tracer. No method throws. */
export class EntrySpans {
  readonly #spans: OperationSpans | undefined;
  /** Name of the journal. */
  readonly #origin: string;

  constructor(spans: OperationSpans | undefined, origin: string) {
    this.#spans = spans;
    this.#origin = origin;
  }

  /** Opens the span of an operation as it was given; it began at `startMillis`, Unix time, unless it says when itself. */
  open(operation: AuditOperation, startMillis: number | undefined): OperationSpan | undefined {
    if (this.#spans === undefined) return undefined;
    try {
      const { action } = operation;
      // What is wrong with it is told by the encoder.
      if (typeof action !== 'string') return undefined;
      return this.#spans.open({ action }, startOf(operation, startMillis));
    } catch {
      return undefined;
    }
  }

  /** The operation goes on: what it has read so far was produced by others before. */
  began(span: OperationSpan | undefined, content: EntryContent): void {
    this.#spans?.began(span, content);
  }

  /** The operation is over, and on record; it took `durationMillis` where its entry does not say. */
  close(
    span: OperationSpan | undefined,
    content: EntryContent,
    { index, hash }: RecordedEntry,
    durationMillis?: number,
  ): void {
    if (span === undefined) return;
    this.#spans?.close(span, content, { index, hash, origin: this.#origin, durationMillis });
  }
}
