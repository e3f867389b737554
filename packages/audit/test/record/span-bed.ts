import { context, type Tracer, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { EntryContent } from '../../src/operation/entry.ts';
import { OperationSpans } from '../../src/record/span.ts';

export const TIME = '2026-11-25T12:00:00.000Z';
export const PLACE = { index: 3, hash: 'aGFzaA==', origin: 'example.org/checkout' };

/** Spans of operations on a tracer of the SDK. */
export interface SpanBed {
  readonly tracer: Tracer;
  /** New ones for each test, which may take others. */
  spans: OperationSpans;
  /** Puts an operation on record that is over. Returns its span. */
  record(content: Partial<EntryContent> & { action: string }): ReadableSpan;
  /** Spans that have ended, and the last of them. */
  finished(): ReadableSpan[];
  last(): ReadableSpan;
}

/** Registers a provider for the tests of a file. */
export function useSpans(): SpanBed {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('audit');
  const finished = (): ReadableSpan[] => exporter.getFinishedSpans();
  const last = (): ReadableSpan => finished().at(-1) as ReadableSpan;
  const bed: SpanBed = {
    tracer,
    spans: new OperationSpans(tracer),
    record: (content) => {
      bed.spans.record({ time: TIME, outcome: 'success', ...content }, Date.parse(TIME), PLACE);
      return last();
    },
    finished,
    last,
  };
  beforeAll(() => provider.register());
  afterAll(() => {
    trace.disable();
    context.disable();
  });
  beforeEach(() => {
    exporter.reset();
    bed.spans = new OperationSpans(tracer);
  });
  return bed;
}
