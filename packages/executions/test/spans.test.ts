import { context, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { installRuntime } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instrumentedMap, trackExecution } from '../src/index.ts';
import { type Bed, createBed, thrownBy } from './support/bed.ts';

interface FinishedSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly { readonly name: string }[];
  readonly parentSpanContext?: { readonly spanId: string };
  spanContext(): { readonly spanId: string; readonly traceId: string };
}

let bed: Bed;
let finished: FinishedSpan[];
let onStart: (span: Span) => void;
let restore: () => void;

beforeEach(() => {
  bed = createBed();
  finished = [];
  onStart = () => {};
  const processor = {
    onStart: (span: Span) => onStart(span),
    onEnd: (span: FinishedSpan) => void finished.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  new NodeTracerProvider({ spanProcessors: [processor as never] }).register();
  restore = installRuntime({ tracing: { enabled: true, parentBased: true } });
});

afterEach(() => {
  restore();
  trace.disable();
  context.disable();
});

const spanOf = (name: string): FinishedSpan => {
  const span = finished.find((one) => one.name === name);
  if (span === undefined) throw new Error(`no span ${name}`);
  return span;
};
const parentOf = ({ parentSpanContext }: FinishedSpan): string | undefined => parentSpanContext?.spanId;

describe('the span of an execution', () => {
  it('is active in its work, through everything asynchronous, and holds what it was', async () => {
    const options = { ...bed.options, items: 2, workers: 3, labels: { tenant: 'acme' } };
    await trackExecution('nightly', options, async (run) => {
      await null;
      const active = trace.getActiveSpan() as Span;
      expect(bed.payloads('execution.started')[0]?.spanId).toBe(active.spanContext().spanId);
      trackExecution('inner', bed.options, () => {});
      run.itemDone();
      run.itemFailed(new Error('x'));
    });
    const span = spanOf('nightly');
    expect(span.attributes).toEqual({
      tenant: 'acme',
      'execution.id': bed.payloads('execution.started')[0]?.run,
      'execution.items.total': 2,
      'execution.workers': 3,
      'execution.items.processed': 2,
      'execution.items.failed': 1,
    });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(parentOf(spanOf('inner'))).toBe(span.spanContext().spanId);
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  it('tells of failures, and tells cancelling apart', async () => {
    await thrownBy(() =>
      trackExecution('failing', bed.options, () => {
        throw new RangeError('no');
      }),
    );
    await thrownBy(() =>
      instrumentedMap([1], (x) => x, { ...bed.options, name: 'map', signal: AbortSignal.abort() }),
    );
    expect(spanOf('failing')).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'no' },
      attributes: { 'error.type': 'RangeError' },
      events: [{ name: 'exception' }],
    });
    expect(spanOf('map')).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'instrument.outcome': 'cancelled' },
    });
  });

  it('says that it failed, with the causes, where the tracer takes no exception', async () => {
    onStart = (span) => {
      span.recordException = () => {
        throw new Error('no room');
      };
    };
    const cause = new Error('connection refused');
    await thrownBy(() =>
      trackExecution('failing', bed.options, () => Promise.reject(new TypeError('fetch failed', { cause }))),
    );
    expect(spanOf('failing')).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'fetch failed: connection refused' },
      attributes: { 'error.type': 'TypeError' },
    });
  });

  it('has one below it for each marked chunk, which is active in there', async () => {
    await trackExecution('nightly', bed.options, async (run) => {
      await run.chunk(async (chunk) => {
        await null;
        chunk.itemDone();
        trackExecution('inner', bed.options, () => {});
      });
      await thrownBy(() => run.chunk(() => Promise.reject(new TypeError('bad'))));
    });
    const chunks = finished.filter(({ name }) => name === 'nightly.chunk');
    expect(chunks.map(({ attributes }) => attributes['execution.chunk'])).toEqual([0, 1]);
    expect(chunks.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
    for (const chunk of chunks) expect(parentOf(chunk)).toBe(spanOf('nightly').spanContext().spanId);
    expect(parentOf(spanOf('inner'))).toBe(chunks[0]?.spanContext().spanId);
  });

  it('is left out where it is not wanted, tracing is off, or the trace is not sampled', () => {
    trackExecution('off', { ...bed.options, spans: false }, (run) => run.chunk(() => {}));
    const unsampled = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.NONE };
    context.with(trace.setSpanContext(context.active(), unsampled), () =>
      trackExecution('unsampled', bed.options, (run) => run.chunk(() => {})),
    );
    const again = installRuntime({ tracing: { enabled: false, parentBased: true } });
    trackExecution('untraced', bed.options, (run) => run.chunk(() => {}));
    again();
    expect(finished).toEqual([]);
    expect(bed.payloads('execution.completed')).toHaveLength(3);
  });
});
