import { trace } from '@opentelemetry/api';
import type { MeterProvider } from '@org/instrument-core';
import { fault } from './diagnostics.ts';
import type { Instrumentation } from './options.ts';

/** Hands our providers to the instrumentations and enables them. Returns the function that disables them. */
export function enableInstrumentations(
  given: readonly (Instrumentation | Instrumentation[])[],
  provider: MeterProvider,
): () => void {
  const instrumentations = given.flat();
  const each = (work: (instrumentation: Instrumentation) => void): void => {
    for (const instrumentation of instrumentations) {
      try {
        work(instrumentation);
      } catch (error) {
        fault(instrumentation.instrumentationName, error);
      }
    }
  };
  each((instrumentation) => {
    instrumentation.setTracerProvider(trace.getTracerProvider());
    instrumentation.setMeterProvider(provider);
    instrumentation.enable();
  });
  return () => each((instrumentation) => instrumentation.disable());
}
