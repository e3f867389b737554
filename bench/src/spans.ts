import { context, ROOT_CONTEXT, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { init, instrumentFunction } from '@org/instrument';
import { asyncWork, work } from './calls.ts';
import { atLeast, type Comparison, compare, type Finding } from './measure.ts';
import { handWrittenSpan } from './peers/hand-written.ts';
import { nestMethod } from './peers/nestjs-otel.ts';
import { PullReader } from './peers/pull-reader.ts';

const SUCCESS = 0;

/** Takes batches and forgets them, so that only what the application's thread pays is measured. */
const discarding = (): SpanExporter => ({
  export: (_spans, done) => done({ code: SUCCESS }),
  shutdown: async () => {},
});

/**
 * The overhead of an instrumented asynchronous call with a span, within a trace that is not sampled, and one that is; and a
 * span that is opened by hand.
 */
export async function measureSpans(report: (finding: Finding) => void): Promise<void> {
  const nest = nestMethod(work, true);
  const telemetry = init({
    prometheus: { port: 0 },
    traces: { processors: [new BatchSpanProcessor(discarding())] },
    otlp: false,
    logLevel: 'none',
  });
  await telemetry.ready;
  const sdk = new SdkMeterProvider({ readers: [new PullReader()] }).getMeter('bench');
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(discarding())],
  });
  const sides = {
    unit: 'ns',
    bare: asyncWork,
    ours: instrumentFunction(asyncWork, { name: 'bench.span' }),
  } as const;
  const hand = handWrittenSpan(sdk, provider.getTracer('bench'), work);
  const comparisons: [TraceFlags, Comparison][] = [
    [
      TraceFlags.NONE,
      {
        ...sides,
        name: 'overhead on an async no-op, span on, unsampled trace',
        peer: 'hand-written on the SDK',
        target: atLeast(5),
        theirs: hand,
      },
    ],
    [
      TraceFlags.SAMPLED,
      {
        ...sides,
        name: 'overhead on an async no-op, sampled span',
        peer: 'hand-written on the SDK',
        target: atLeast(1.5),
        theirs: hand,
      },
    ],
    [
      TraceFlags.SAMPLED,
      {
        ...sides,
        name: 'overhead on an async no-op, sampled span',
        peer: 'nestjs-otel, which only counts',
        theirs: nest,
      },
    ],
    [
      TraceFlags.SAMPLED,
      {
        name: 'startActiveSpan, sampled',
        unit: 'ns',
        peer: 'SDK',
        ours: openedByHand(trace.getTracer('bench')),
        theirs: openedByHand(provider.getTracer('bench')),
      },
    ],
  ];
  for (const [traceFlags, comparison] of comparisons) {
    report(await context.with(within(traceFlags), () => compare(comparison)));
  }
  await telemetry.shutdown();
  await provider.shutdown();
}

/** One span around a no-op. */
function openedByHand(tracer: Tracer): () => void {
  return () => tracer.startActiveSpan('bench.manual', (span) => span.end());
}

/** Within a request whose caller decided on the sampling. */
function within(traceFlags: TraceFlags): ReturnType<typeof trace.setSpanContext> {
  const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags });
}
