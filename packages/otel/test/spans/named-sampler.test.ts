import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  context,
  INVALID_SPANID,
  INVALID_TRACEID,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
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
import type { SamplerName } from '../../src/options.ts';
import { startPropagation } from '../../src/propagation.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { type NamedSampler, namedSampler } from '../../src/spans/named-sampler.ts';
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

function providerOf(sampler: NamedSampler): SpanProvider {
  const limits = DEFAULT_SPAN_LIMITS;
  return new SpanProvider({ resource: emptyResource(), sampler, processors: [processor], limits });
}

const isSampled = (span: Span): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
const decisionOn = (sampler: Sampler, { traceId }: { traceId: string }): boolean =>
  sampler.shouldSample(ROOT_CONTEXT, traceId, '', 0, {}, []).decision === SamplingDecision.RECORD_AND_SAMPLED;

describe('a trace that is sampled by a ratio', () => {
  it("has an id of which the SDK's sampler decides the same", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (ratio) => {
        const sampler = new TraceIdRatioBasedSampler(ratio);
        const tracer = providerOf(namedSampler('traceidratio', ratio)).getTracer('test');
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
    const tracer = providerOf(namedSampler('parentbased_traceidratio', 0.1)).getTracer('test');
    let sampled = 0;
    for (let i = 0; i < 100_000; i++) if (tracer.startSpan('a').isRecording()) sampled++;
    // Six standard deviations of 100,000 draws.
    expect(Math.abs(sampled - 10_000)).toBeLessThan(6 * Math.sqrt(100_000 * 0.1 * 0.9));
  });
});

/** The SDK's sampler of each name. */
const OF_THE_SDK: Readonly<Record<SamplerName, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};
const NAMES = Object.keys(OF_THE_SDK) as SamplerName[];

describe('a sampler with a name', () => {
  const ratios = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(0, 1, 1.5, -1, Number.NaN, 2 ** -32),
  );
  const ids = (length: number): fc.Arbitrary<string> =>
    fc
      .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
      .filter((id) => /[1-9a-f]/.test(id));
  const parents: fc.Arbitrary<SpanContext> = fc.record({
    traceId: fc.oneof(ids(32), fc.constantFrom('f'.repeat(32), `${'0'.repeat(31)}1`, INVALID_TRACEID)),
    spanId: fc.oneof(ids(16), fc.constant(INVALID_SPANID)),
    traceFlags: fc.constantFrom(TraceFlags.NONE, TraceFlags.SAMPLED, 0x02, 0x03),
    isRemote: fc.boolean(),
  });

  it.each(NAMES)("decides about spans below others as the SDK's does: %s", (name) => {
    fc.assert(
      fc.property(ratios, parents, (ratio, parent) => {
        const under = trace.setSpanContext(ROOT_CONTEXT, parent);
        const span = providerOf(namedSampler(name, ratio)).getTracer('test').startSpan('a', {}, under);
        const { traceId } = span.spanContext();
        // One whose parent is not valid begins a trace, which has an id of its own.
        if (trace.isSpanContextValid(parent)) expect(traceId).toBe(parent.traceId);
        const { decision } = OF_THE_SDK[name](ratio).shouldSample(under, traceId, 'a', 0, {}, []);
        expect(isSampled(span)).toBe(decision === SamplingDecision.RECORD_AND_SAMPLED);
        expect(span.isRecording()).toBe(isSampled(span));
      }),
      { numRuns: 500 },
    );
  });

  it.each(NAMES)('decides alike about a whole trace, whose spans are those of one trace: %s', (name) => {
    const tracer = providerOf(namedSampler(name, 0.5)).getTracer('test');
    for (let i = 0; i < 50; i++) {
      const root = tracer.startSpan('a');
      const child = tracer.startSpan('b', {}, trace.setSpan(ROOT_CONTEXT, root));
      const grandchild = tracer.startSpan('c', {}, trace.setSpan(ROOT_CONTEXT, child));
      expect([child, grandchild].map(isSampled)).toEqual([isSampled(root), isSampled(root)]);
      const traceIds = [root, child, grandchild].map((span) => span.spanContext().traceId);
      expect(new Set(traceIds).size).toBe(1);
    }
  });

  it.each([
    ['always_on', 0.1, { bound: 2 ** 32, isParentBased: false }],
    ['parentbased_always_on', 0, { bound: 2 ** 32, isParentBased: true }],
    ['traceidratio', 1, { bound: 0xffffffff, isParentBased: false }],
    ['parentbased_always_off', 1, { bound: 0, isParentBased: true }],
    ['parentbased_traceidratio', 0, { bound: 0, isParentBased: true }],
    ['traceidratio', Number.NaN, { bound: 0, isParentBased: false }],
    ['traceidratio', 0.5, { bound: 2147483647, isParentBased: false }],
  ] as const)('%s %d: %o', (name, ratio, expected) => {
    expect(namedSampler(name, ratio)).toEqual(expected);
  });
});

describe('a span of a trace that is not sampled', () => {
  const tracer = providerOf(namedSampler('parentbased_always_off', 0)).getTracer('test');
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

  it('is sampled when its parent came from elsewhere and is', () => {
    const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const span = tracer.startSpan('a', {}, trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }));
    expect(span.isRecording()).toBe(true);
    expect(span.spanContext().traceId).toBe(remote.traceId);
  });

  it('is the parent of a span that somebody else always records', () => {
    ended.length = 0;
    const root = tracer.startSpan('a');
    const other = providerOf(namedSampler('always_on', 1));
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
