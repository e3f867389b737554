import { type Meter, SpanStatusCode, type Tracer } from '@opentelemetry/api';

/** Begins and ends a call in the metrics. */
interface CallMetrics {
  begin(): number;
  end(startMillis: number, success: boolean, errorType: string): void;
}

/** What our decorator records, by hand: a counter, a histogram and an up-down counter. */
function callMetrics(meter: Meter): CallMetrics {
  const calls = meter.createCounter('hand.calls');
  const active = meter.createUpDownCounter('hand.active');
  const duration = meter.createHistogram('hand.duration', { unit: 's' });
  return {
    begin: () => {
      active.add(1, { function: 'hand' });
      return performance.now();
    },
    end: (startMillis, success, errorType) => {
      const attributes = { function: 'hand', success, error_type: errorType };
      active.add(-1, { function: 'hand' });
      calls.add(1, attributes);
      duration.record((performance.now() - startMillis) / 1_000, attributes);
    },
  };
}

/** What a careful engineer writes into a function that returns `value()`. */
export function handWrittenSync(meter: Meter, value: () => number): () => number {
  const { begin, end } = callMetrics(meter);
  return () => {
    const start = begin();
    try {
      const result = value();
      end(start, true, 'none');
      return result;
    } catch (error) {
      end(start, false, (error as Error).name);
      throw error;
    }
  };
}

/** The same into an asynchronous function that awaits once anyway. */
export function handWrittenAsync(meter: Meter, value: () => number): () => Promise<number> {
  const { begin, end } = callMetrics(meter);
  return async () => {
    const start = begin();
    try {
      const result = await Promise.resolve(value());
      end(start, true, 'none');
      return result;
    } catch (error) {
      end(start, false, (error as Error).name);
      throw error;
    }
  };
}

/** The same with a span. */
export function handWrittenSpan(meter: Meter, tracer: Tracer, value: () => number): () => Promise<number> {
  const { begin, end } = callMetrics(meter);
  const options = { attributes: { 'code.function.name': 'hand' } };
  return () =>
    tracer.startActiveSpan('hand', options, async (span) => {
      const start = begin();
      try {
        const result = await Promise.resolve(value());
        end(start, true, 'none');
        return result;
      } catch (error) {
        end(start, false, (error as Error).name);
        span.recordException(error as Error);
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
}
