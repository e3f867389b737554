import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, propagation, ROOT_CONTEXT, type Span, TraceFlags, trace } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { UnsampledSpan } from '@org/instrument-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startPropagation } from '../../src/propagation.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { type RootSampling, rootSamplingOf } from '../../src/spans/root-sampling.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ended: ReadableSpan[] = [];
const processor: SpanProcessor = {
  onStart: () => {},
  onEnd: (span) => void ended.push(span),
  forceFlush: async () => {},
  shutdown: async () => {},
};

function providerOf(sampler: Sampler, roots: RootSampling | undefined): SpanProvider {
  const limits = DEFAULT_SPAN_LIMITS;
  return new SpanProvider({ resource: emptyResource(), sampler, roots, processors: [processor], limits });
}

const isSampled = (span: Span): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
const decisionOn = (sampler: Sampler, { traceId }: { traceId: string }): boolean =>
  sampler.shouldSample(ROOT_CONTEXT, traceId, '', 0, {}, []).decision === SamplingDecision.RECORD_AND_SAMPLED;

describe('a trace that is sampled by a ratio', () => {
  it("has an id of which the SDK's sampler decides the same", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (ratio) => {
        const sampler = new TraceIdRatioBasedSampler(ratio);
        const tracer = providerOf(sampler, rootSamplingOf('traceidratio', ratio)).getTracer('test');
        for (let i = 0; i < 20; i++) {
          const span = tracer.startSpan('a');
          expect(decisionOn(sampler, span.spanContext())).toBe(isSampled(span));
          expect(span.isRecording()).toBe(isSampled(span));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is one of so many', () => {
    const tracer = providerOf(
      new AlwaysOnSampler(),
      rootSamplingOf('parentbased_traceidratio', 0.1),
    ).getTracer('test');
    let sampled = 0;
    for (let i = 0; i < 100_000; i++) if (tracer.startSpan('a').isRecording()) sampled++;
    // Six standard deviations of 100,000 draws.
    expect(Math.abs(sampled - 10_000)).toBeLessThan(6 * Math.sqrt(100_000 * 0.1 * 0.9));
  });

  it.each([
    ['always_on', 0.1, undefined],
    ['parentbased_always_on', 0, undefined],
    ['traceidratio', 1, undefined],
    ['parentbased_always_off', 1, { bound: 0 }],
    ['parentbased_traceidratio', 0, { bound: 0 }],
    ['traceidratio', Number.NaN, { bound: 0 }],
    ['traceidratio', 0.5, { bound: 2147483647 }],
  ] as const)('%s %d: %o', (sampler, ratio, expected) => {
    expect(rootSamplingOf(sampler, ratio)).toEqual(expected);
  });
});

describe('a span of a trace that is not sampled', () => {
  const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() });
  const tracer = providerOf(sampler, rootSamplingOf('parentbased_always_off', 0)).getTracer('test');
  const under = (span: Span) => trace.setSpan(ROOT_CONTEXT, span);

  it('takes everything that is said of it, and keeps nothing', () => {
    ended.length = 0;
    const span = tracer.startSpan('a');
    expect(span).toBeInstanceOf(UnsampledSpan);
    span
      .setAttribute('a', 1)
      .setAttributes({ b: 2 })
      .addEvent('c')
      .addLink({ context: span.spanContext() })
      .addLinks([])
      .setStatus({ code: 2 })
      .updateName('d');
    span.recordException(new Error('e'));
    span.end();
    expect(span.isRecording()).toBe(false);
    expect(ended).toEqual([]);
  });

  it('has valid ids that stay what they are, and are passed on', () => {
    const span = tracer.startSpan('a');
    const own = span.spanContext();
    expect(trace.isSpanContextValid(own)).toBe(true);
    expect(own.traceFlags).toBe(TraceFlags.NONE);
    expect(span.spanContext()).toBe(own);
    expect({ ...own }).toEqual({ traceId: own.traceId, spanId: own.spanId, traceFlags: 0 });
    const stop = startPropagation(undefined);
    const carrier: Record<string, string> = {};
    propagation.inject(under(span), carrier);
    stop();
    expect(carrier.traceparent).toBe(`00-${own.traceId}-${own.spanId}-00`);
  });

  it('has those of its trace, whoever is asked first', () => {
    const root = tracer.startSpan('a');
    const child = tracer.startSpan('b', {}, under(root));
    const grandchild = tracer.startSpan('c', {}, under(child));
    const { traceId, spanId } = grandchild.spanContext();
    expect(root.spanContext().traceId).toBe(traceId);
    expect(child.spanContext().traceId).toBe(traceId);
    expect(new Set([root, child, grandchild].map((span) => span.spanContext().spanId)).size).toBe(3);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is kept by none of those below it, but for the root', async () => {
    const root = tracer.startSpan('a');
    let last = root;
    const between: WeakRef<Span>[] = [];
    for (let i = 0; i < 100_000; i++) {
      last = tracer.startSpan('b', {}, under(last));
      if (i % 1_000 === 0) between.push(new WeakRef(last));
    }
    await turn();
    collectGarbage();
    expect(between.filter((each) => each.deref() !== undefined)).toEqual([]);
    expect(last.spanContext().traceId).toBe(root.spanContext().traceId);
  });

  it('begins another trace where it is asked for as root', () => {
    const root = tracer.startSpan('a');
    const other = tracer.startSpan('b', { root: true }, under(root));
    expect(other.spanContext().traceId).not.toBe(root.spanContext().traceId);
  });

  it('is asked of the sampler when its parent came from elsewhere', () => {
    const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const span = tracer.startSpan('a', {}, trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }));
    expect(span.isRecording()).toBe(true);
    expect(span.spanContext().traceId).toBe(remote.traceId);
  });

  it('is the parent of a span that somebody else always records', () => {
    ended.length = 0;
    const root = tracer.startSpan('a');
    const limits = DEFAULT_SPAN_LIMITS;
    const other = new SpanProvider({
      resource: emptyResource(),
      sampler: new AlwaysOnSampler(),
      processors: [processor],
      limits,
    });
    other.getTracer('audit').startSpan('audit.b', {}, under(root)).end();
    expect(ended.map(({ name }) => name)).toEqual(['audit.b']);
    expect(ended[0]?.parentSpanContext).toEqual(root.spanContext());
    expect(ended[0]?.spanContext().traceId).toBe(root.spanContext().traceId);
  });

  it('is active, and gives its ids to whoever asks there', () => {
    tracer.startActiveSpan('a', (span) => {
      expect(trace.getSpan(trace.setSpan(context.active(), span))?.spanContext()).toBe(span.spanContext());
    });
  });
});
