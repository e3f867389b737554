import { createRequire } from 'node:module';
import { autometrics, registerExporter } from '@autometrics/autometrics';

type Reader = Parameters<typeof registerExporter>[0]['metricReader'];

let isStarted = false;

/**
 * The function instrumented by autometrics as it is by default: a counter and a histogram, and the caller's name kept
 * in an `AsyncLocalStorage`. It brings its own, older copy of the SDK (1.18) and records nothing before a reader of that
 * copy is registered.
 */
export function withAutometrics<F extends (...args: never[]) => unknown>(fn: F, functionName: string): F {
  if (!isStarted) registerExporter({ metricReader: createReader() });
  isStarted = true;
  return autometrics({ functionName }, fn as never) as unknown as F;
}

function createReader(): Reader {
  const own = createRequire(createRequire(import.meta.url).resolve('@autometrics/autometrics'));
  const { MetricReader } = own('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
  class PullReader extends MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  return new PullReader() as unknown as Reader;
}
