import {
  context,
  createTraceState,
  diag,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type TimeInput,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LazyContextManager } from '../../src/context-manager.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

let ended: ReadableSpan[];

beforeEach(() => {
  ended = [];
  context.setGlobalContextManager(new LazyContextManager());
});
afterEach(() => context.disable());

function processor(over: Partial<SpanProcessor> = {}): SpanProcessor {
  return {
    onStart() {},
    onEnd: (span) => ended.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
    ...over,
  };
}

function provider(decision = SamplingDecision.RECORD_AND_SAMPLED, more = {}): SpanProvider {
  const sampler: Sampler = { shouldSample: () => ({ decision, ...more }), toString: () => 'test' };
  return new SpanProvider({
    resource: emptyResource(),
    sampler,
    processors: [processor()],
    limits: DEFAULT_SPAN_LIMITS,
  });
}

function tracer(decision?: SamplingDecision, more?: object): Tracer {
  return provider(decision, more).getTracer('test');
}

const under = (parent = PARENT) => trace.setSpanContext(ROOT_CONTEXT, parent);
const millis = ([seconds, nanos]: [number, number]): number => seconds * 1_000 + nanos / 1e6;

describe('a span', () => {
  it('continues the trace of its parent', () => {
    const span = tracer().startSpan('a', {}, under());
    expect(span.spanContext().traceId).toBe(PARENT.traceId);
    expect(span.spanContext().spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(span.spanContext().spanId).not.toBe(PARENT.spanId);
  });

  it.each([
    ['without a parent', ROOT_CONTEXT, {}],
    ['below a parent that is not valid', trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT), {}],
    ['asked for as root', under(), { root: true }],
  ])('%s begins a trace', (_, given, options) => {
    const span = tracer().startSpan('a', options, given);
    expect(span.spanContext().traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(span.spanContext().traceId).not.toBe(PARENT.traceId);
    span.end();
    expect(ended[0]?.parentSpanContext).toBeUndefined();
  });

  it('has an id of its own each time', () => {
    const one = tracer();
    const ids = Array.from({ length: 10_000 }, () => one.startSpan('a').spanContext());
    expect(new Set(ids.map(({ spanId }) => spanId)).size).toBe(10_000);
    expect(new Set(ids.map(({ traceId }) => traceId)).size).toBe(10_000);
  });

  it('is not recorded where tracing is suppressed', () => {
    const span = tracer().startSpan('a', {}, suppressTracing(under()));
    expect(span.isRecording()).toBe(false);
    expect(trace.isSpanContextValid(span.spanContext())).toBe(false);
  });

  it('that the sampler drops passes on its ids, unsampled', () => {
    const span = tracer(SamplingDecision.NOT_RECORD).startSpan('a', {}, under());
    expect(span.isRecording()).toBe(false);
    expect(span.spanContext()).toMatchObject({ traceId: PARENT.traceId, traceFlags: 0 });
  });

  it('that the sampler has recorded only is not sampled', () => {
    const span = tracer(SamplingDecision.RECORD).startSpan('a');
    expect(span.isRecording()).toBe(true);
    expect(span.spanContext().traceFlags).toBe(0);
  });

  it('has what the sampler adds', () => {
    const traceState = createTraceState('vendor=2');
    const span = tracer(undefined, { attributes: { p: 0.5, a: 2 }, traceState }).startSpan(
      'a',
      { attributes: { a: 1 } },
      under(),
    );
    span.end();
    expect(ended[0]?.attributes).toEqual({ a: 2, p: 0.5 });
    expect(span.spanContext().traceState?.serialize()).toBe('vendor=2');
  });

  it('keeps the trace state of its parent', () => {
    const parent = { ...PARENT, traceState: createTraceState('vendor=1') };
    expect(tracer().startSpan('a', {}, under(parent)).spanContext().traceState?.serialize()).toBe('vendor=1');
  });
});

describe('startActiveSpan', () => {
  it.each<[string, (one: Tracer, fn: (span: Span) => string) => string]>([
    ['a function', (one, fn) => one.startActiveSpan('a', fn)],
    ['options', (one, fn) => one.startActiveSpan('a', { attributes: { x: 1 } }, fn)],
    ['a context', (one, fn) => one.startActiveSpan('a', {}, under(), fn)],
  ])('with %s runs the function in the context of the span', (_, start) => {
    const result = start(tracer(), (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      span.end();
      return 'done';
    });
    expect(result).toBe('done');
    expect(ended).toHaveLength(1);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});

describe('the times of a span', () => {
  it('are those of the clock on the wall', async () => {
    const before = Date.now();
    const span = tracer().startSpan('a');
    await new Promise((resolve) => setTimeout(resolve, 20));
    span.addEvent('now');
    span.end();
    const after = Date.now();
    const { startTime, endTime, duration, events } = ended[0] as ReadableSpan;
    // 3 ms: how far the two clocks may be apart before ours follows, and that Date.now has no fraction.
    expect(millis(startTime)).toBeGreaterThan(before - 3);
    expect(millis(endTime)).toBeLessThan(after + 3);
    expect(millis(duration)).toBeCloseTo(millis(endTime) - millis(startTime), 2);
    expect(millis(duration)).toBeGreaterThan(15);
    expect(millis(events[0]?.time ?? [0, 0])).toBeGreaterThan(millis(startTime));
  });

  it('tell spans of one millisecond apart', () => {
    const one = tracer();
    for (let i = 0; i < 100; i++) one.startSpan('a').end();
    const starts = ended.map(({ startTime }) => millis(startTime));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(new Set(starts).size).toBeGreaterThan(50);
  });

  it('may be readings of the monotonic clock', () => {
    const start = performance.now() - 5;
    const span = tracer().startSpan('a', { startTime: start });
    span.end(start + 2);
    expect(millis(ended[0]?.duration ?? [0, 0])).toBeCloseTo(2, 3);
    expect(Math.abs(millis(ended[0]?.startTime ?? [0, 0]) - (Date.now() - 5))).toBeLessThan(50);
  });

  it('that were given at the start only end now', () => {
    const span = tracer().startSpan('a', { startTime: Date.now() - 1_000 });
    span.end();
    expect(millis(ended[0]?.duration ?? [0, 0])).toBeGreaterThan(990);
    expect(millis(ended[0]?.duration ?? [0, 0])).toBeLessThan(2_000);
  });

  it.each<[string, (ahead: number) => TimeInput]>([
    ['milliseconds', (ahead) => ahead],
    ['a date', (ahead) => new Date(ahead)],
    ['seconds and nanoseconds', (ahead) => [Math.floor(ahead / 1_000), 123_456_789]],
  ])('that were given at the start, as %s, by a clock that is ahead of ours, are no mistake', (_, given) => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} });
    const startTime = given(Date.now() + 2_000);
    tracer().startSpan('a', { startTime }).end();
    expect(ended[0]?.duration).toEqual([0, 0]);
    expect(ended[0]?.endTime).toEqual(ended[0]?.startTime);
    expect(warn).not.toHaveBeenCalled();
    tracer().startSpan('b', { startTime }).end(Date.now());
    expect(ended[1]?.duration).toEqual([0, 0]);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('The span b ends before it starts'));
    diag.disable();
  });
});

describe('a provider', () => {
  it('has one tracer for each scope', () => {
    const one = provider();
    expect(one.getTracer('a', '1')).toBe(one.getTracer('a', '1'));
    expect(one.getTracer('a', '1')).not.toBe(one.getTracer('a', '2'));
    expect(one.getTracer('a')).not.toBe(one.getTracer('a', undefined, { schemaUrl: 'https://example.org' }));
  });

  it('flushes all processors, also when one fails', async () => {
    const flushed: string[] = [];
    const one = new SpanProvider({
      resource: emptyResource(),
      sampler: { shouldSample: () => ({ decision: 2 }), toString: () => '' },
      limits: DEFAULT_SPAN_LIMITS,
      processors: [
        processor({ forceFlush: () => Promise.reject(new Error('full')) }),
        processor({ forceFlush: async () => void flushed.push('second') }),
      ],
    });
    await expect(one.forceFlush()).rejects.toThrow('full');
    expect(flushed).toEqual(['second']);
  });
});
