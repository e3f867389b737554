import { ROOT_CONTEXT, type Span, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { namedSampler } from '../../src/spans/named-sampler.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

let ended: string[];

beforeEach(() => {
  ended = [];
});
afterEach(() => trace.disable());

function provider(name: string, over: Partial<SpanProcessor> = {}): SpanProvider {
  return new SpanProvider({
    resource: emptyResource(),
    sampler: namedSampler('parentbased_always_on', 1),
    processors: [
      {
        onStart: () => {},
        onEnd: ({ name: span, instrumentationScope: { name: scope, version, schemaUrl } }) =>
          ended.push([name, scope, version, schemaUrl, span].filter(Boolean).join(' ')),
        forceFlush: async () => {},
        shutdown: async () => {},
        ...over,
      },
    ],
    limits: DEFAULT_SPAN_LIMITS,
  });
}

async function stop(stopped: SpanProvider): Promise<void> {
  await stopped.shutdown();
  trace.disable();
}

const open = (tracer: Tracer, name: string): Span => tracer.startSpan(name, {}, ROOT_CONTEXT);

it.each<[string, () => [SpanProvider, Tracer]]>([
  [
    'before the first one',
    () => {
      const tracer = trace.getTracer('app', '1');
      const first = provider('first');
      trace.setGlobalTracerProvider(first);
      return [first, tracer];
    },
  ],
  [
    'from the first one',
    () => {
      const first = provider('first');
      trace.setGlobalTracerProvider(first);
      return [first, trace.getTracer('app', '1')];
    },
  ],
])('a tracer obtained %s opens spans of each provider that comes after it', async (_, begin) => {
  const [first, tracer] = begin();
  open(tracer, 'a').end();
  await stop(first);
  for (const name of ['second', 'third']) {
    expect(open(tracer, 'nowhere').isRecording()).toBe(false);
    const next = provider(name);
    trace.setGlobalTracerProvider(next);
    open(tracer, 'a').end();
    tracer.startActiveSpan('b', {}, ROOT_CONTEXT, (span) => span.end());
    await stop(next);
  }
  expect(ended).toEqual([
    'first app 1 a',
    'second app 1 a',
    'second app 1 b',
    'third app 1 a',
    'third app 1 b',
  ]);
});

it('keeps its version and the URL of its schema', async () => {
  const first = provider('first');
  trace.setGlobalTracerProvider(first);
  const tracer = trace.getTracerProvider().getTracer('app', '1', { schemaUrl: 'https://example.org/s' });
  await stop(first);
  trace.setGlobalTracerProvider(provider('second'));
  open(tracer, 'a').end();
  expect(ended).toEqual(['second app 1 https://example.org/s a']);
});

it('while there is no provider, spans are below their parent, and not recorded', async () => {
  const first = provider('first');
  trace.setGlobalTracerProvider(first);
  const tracer = trace.getTracer('app');
  await stop(first);
  const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  const span = tracer.startSpan('a', {}, trace.setSpanContext(ROOT_CONTEXT, parent));
  expect(span.isRecording()).toBe(false);
  expect(span.spanContext()).toEqual(parent);
});

it('a provider that is being shut down, and registered still, is not its own successor', async () => {
  let release = () => {};
  const shutdown = () =>
    new Promise<void>((resolve) => {
      release = resolve;
    });
  const first = provider('first', { shutdown });
  const wrapping: TracerProvider = {
    getTracer(...given) {
      const tracer = first.getTracer(...given);
      return {
        startSpan: (...asked) => tracer.startSpan(...asked),
        startActiveSpan: (...asked: unknown[]) =>
          Reflect.apply(tracer.startActiveSpan as never, tracer, asked),
      };
    },
  };
  for (const global of [first, wrapping]) {
    trace.setGlobalTracerProvider(global);
    const tracer = trace.getTracer('app');
    const stopped = first.shutdown();
    open(tracer, 'a').end();
    tracer.startActiveSpan('b', {}, ROOT_CONTEXT, (span) => span.end());
    release();
    await stopped;
    trace.disable();
  }
  // The processor was told, as it was before: what it has no use for any more is for it to say.
  expect(ended).toEqual(['first app a', 'first app b', 'first app a', 'first app b']);
});
