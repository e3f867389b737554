import { createRequire } from 'node:module';
import type { MeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { catchSdkFaults } from './diagnostics.ts';
import { lastSpans } from './exit-delivery/last-spans.ts';
import type { OtelOptions } from './options.ts';
import { otlpTarget } from './otlp.ts';
import { DEFAULT_SPAN_LIMITS } from './spans/limits.ts';
import { SpanProvider } from './spans/span-provider.ts';
import { isOnConsole, otlpExporter, queue, type SentSpans } from './tracing.ts';

const require = createRequire(import.meta.url);

/** Spans that wait before new ones are dropped and counted: eight times the default, 16 MB at most. */
const MAX_QUEUE_SIZE = 16_384;

/**
 * Tracing apart from that of the application: every span is sampled, and waits in a queue of its own. `undefined` when
 * nothing takes spans. Whether the application itself is traced makes no difference.
 */
export function startDedicatedTracing(
  options: OtelOptions,
  resource: Resource,
  meters: MeterProvider,
  stop: AbortSignal,
): SentSpans | undefined {
  const target = otlpTarget(options.otlp, 'traces');
  const isShown = isOnConsole(options);
  if (target === undefined && !isShown) return undefined;
  catchSdkFaults();
  const { AlwaysOnSampler, ConsoleSpanExporter } =
    require('@opentelemetry/sdk-trace-node') as typeof import('@opentelemetry/sdk-trace-node');
  const batch = typeof options.traces === 'object' ? options.traces.batch : undefined;
  const settings = { ...batch, maxQueueSize: Math.max(MAX_QUEUE_SIZE, batch?.maxQueueSize ?? 0) };
  const sent = target && queue(otlpExporter(target, meters, stop), settings, meters);
  const provider = new SpanProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    processors: [
      ...(sent === undefined ? [] : [sent]),
      ...(isShown ? [queue(new ConsoleSpanExporter(), settings, meters)] : []),
    ],
    limits: DEFAULT_SPAN_LIMITS,
  });
  return {
    provider,
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
    takeLast: () => (target === undefined || sent === undefined ? [] : lastSpans(target, sent.drain())),
  };
}
