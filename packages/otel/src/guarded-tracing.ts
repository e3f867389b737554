import type { Sampler, SamplingResult, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { describeValue, reportFault, tell, within } from '@org/instrument-core';

// The SDK's enumeration, by value: importing it would load the SDK for programs without tracing.
const NOT_RECORD: 0 = 0;
const DECISIONS: readonly unknown[] = [NOT_RECORD, 1, 2];

/** A processor of the user's. */
export interface GuardedProcessor extends SpanProcessor {
  /** Why its flush has not ended, if it has begun one. */
  whyLate(): string | undefined;
}

/**
 * The user's span processor, whose faults do not reach the code that opens and ends spans. It is flushed before it is shut down,
 * which the specification leaves to processors; that of the SDK that exports spans one by one does not do so. It has half of
 * `shutdownMillis`, the time for both: one that hangs must still be shut down.
 */
export function guardProcessor(processor: SpanProcessor, shutdownMillis: number): GuardedProcessor {
  let flushes = 0;
  const flush = async (): Promise<void> => {
    flushes++;
    try {
      await processor.forceFlush();
    } finally {
      flushes--;
    }
  };
  const name = nameOf(processor);
  const guard = (method: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      reportFault('span_processor', `${method}() of ${name}`, error);
    }
  };
  const whyLate = (): string | undefined =>
    flushes > 0 ? `The span processor ${name} has not ended its flush` : undefined;
  return {
    onStart: (span, parent) => guard('onStart', () => processor.onStart(span, parent)),
    onEnding: (span) => guard('onEnding', () => processor.onEnding?.(span)),
    onEnd: (span) => guard('onEnd', () => processor.onEnd(span)),
    forceFlush: flush,
    async shutdown() {
      try {
        await within(flush(), shutdownMillis / 2, () => tell('warn', `${whyLate()}, and is shut down.`));
      } finally {
        await processor.shutdown();
      }
    },
    whyLate,
  };
}

function nameOf(processor: SpanProcessor): string {
  const name: unknown = processor.constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'of traces.processors';
}

/**
 * The user's sampler, whose faults do not reach the code that opens spans: where it throws or gives no decision, the span
 * is not sampled.
 */
export function guardSampler(sampler: Sampler): Sampler {
  return {
    shouldSample: (...asked): SamplingResult => {
      try {
        const result = sampler.shouldSample(...asked);
        if (DECISIONS.includes(result?.decision)) return result;
        const given = result instanceof Promise ? 'a promise' : describeValue(result);
        throw new TypeError(
          `shouldSample() of ${sampler} returned ${given}, expected { decision }, a SamplingDecision (0, 1 or 2). Decide at once, without awaiting.`,
        );
      } catch (error) {
        reportFault('sampler', 'deciding whether a span is sampled', error);
        return { decision: NOT_RECORD };
      }
    },
    toString: () => String(sampler),
  };
}
