import { createTraceState, ROOT_CONTEXT, type Span, type SpanContext, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { createJsonTraceSerializer } from '../../src/otlp-json/serializers.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { namedSampler } from '../../src/spans/named-sampler.ts';
import { SpanProvider, type SpanProviderOptions } from '../../src/spans/span-provider.ts';

const IDS = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

const refuses = new Proxy(
  {},
  {
    get() {
      throw new Error('boo');
    },
  },
);

function started(sampler: SpanProviderOptions['sampler'] = namedSampler('parentbased_always_on', 1)) {
  const ended: ReadableSpan[] = [];
  const provider = new SpanProvider({
    resource: emptyResource(),
    sampler,
    processors: [
      {
        onStart: () => {},
        onEnd: (span) => ended.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
    limits: DEFAULT_SPAN_LIMITS,
  });
  return { tracer: provider.getTracer('test'), ended };
}

/** What a receiver of OTLP as JSON would get. */
function sent(spans: ReadableSpan[]): unknown[] {
  const text = Buffer.from(createJsonTraceSerializer().serializeRequest(spans) ?? []).toString();
  return JSON.parse(text).resourceSpans[0].scopeSpans[0].spans;
}

function headersBelow(span: Span): Record<string, string> {
  const headers: Record<string, string> = {};
  new W3CTraceContextPropagator().inject(trace.setSpan(ROOT_CONTEXT, span), headers, {
    set: (carrier, key, value) => {
      carrier[key] = value;
    },
  });
  return headers;
}

describe.each<[string, unknown]>([
  ['the text of a header', 'vendor=1'],
  ['an object', { vendor: '1' }],
  ['a proxy that throws', refuses],
  ['null', null],
])('a trace state that is %s', (_, given) => {
  const context = { ...IDS, traceFlags: 1, isRemote: true, traceState: given } as SpanContext;

  it('of a link is left out, and the link stays', () => {
    const { tracer, ended } = started();
    tracer.startSpan('a', { links: [{ context, attributes: { a: 1 } }] }, ROOT_CONTEXT).end();
    expect(sent(ended)).toMatchObject([{ name: 'a', links: [IDS], droppedLinksCount: 0 }]);
  });

  it('of a parent is left out, and its trace goes on', () => {
    const { tracer, ended } = started();
    const span = tracer.startSpan('a', {}, trace.setSpanContext(ROOT_CONTEXT, context));
    expect(headersBelow(span).traceparent).toContain(IDS.traceId);
    span.end();
    expect(sent(ended)).toMatchObject([{ name: 'a', traceId: IDS.traceId, parentSpanId: IDS.spanId }]);
  });

  it('of a parent that is not sampled is left out too', () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...context, traceFlags: 0 });
    const span = started().tracer.startSpan('a', {}, parent);
    expect(headersBelow(span)).toEqual({
      traceparent: `00-${IDS.traceId}-${span.spanContext().spanId}-00`,
    });
  });

  it('of what a sampler answers is left out', () => {
    const { tracer, ended } = started({
      shouldSample: () => ({ decision: 2, traceState: given as never }),
      toString: () => 'test',
    });
    tracer.startSpan('a', {}, ROOT_CONTEXT).end();
    expect(sent(ended)).toMatchObject([{ name: 'a' }]);
  });
});

it('a trace state of the API stays', () => {
  const { tracer, ended } = started();
  const context = { ...IDS, traceFlags: 1, traceState: createTraceState('vendor=1') };
  tracer.startSpan('a', { links: [{ context }] }, trace.setSpanContext(ROOT_CONTEXT, context)).end();
  expect(sent(ended)).toMatchObject([{ traceState: 'vendor=1', links: [{ traceState: 'vendor=1' }] }]);
});
