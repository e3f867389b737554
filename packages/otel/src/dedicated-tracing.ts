import type { MeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { catchSdkFaults } from './diagnostics.ts';
import type { OtelOptions } from './options.ts';
import { otlpTarget } from './otlp.ts';
import { createSpanSender } from './otlp-traces/span-sender.ts';
import { DEFAULT_SPAN_LIMITS } from './spans/limits.ts';
import { namedSampler } from './spans/named-sampler.ts';
import { SpanProvider } from './spans/span-provider.ts';
import { consoleQueue, isOnConsole, queueSettings, type SentSpans } from './tracing.ts';

/** Spans that wait before new ones are dropped and counted: eight times the default, some 5 MB of bytes. */
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
  const batch = typeof options.traces === 'object' ? options.traces.batch : undefined;
  const maxQueueSize = Math.max(MAX_QUEUE_SIZE, batch?.maxQueueSize ?? 0);
  const settings = queueSettings({ ...batch, maxQueueSize }, meters);
  const sender = target && createSpanSender(target, settings, meters, stop);
  const provider = new SpanProvider({
    resource,
    sampler: namedSampler('always_on', 1),
    processors: [
      ...(sender === undefined ? [] : [sender.processor]),
      ...(isShown ? [consoleQueue(settings)] : []),
    ],
    limits: DEFAULT_SPAN_LIMITS,
  });
  return {
    provider,
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
    takeLast: () => sender?.takeLast() ?? [],
    whyLate: () => sender?.whyLate(),
  };
}
