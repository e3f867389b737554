import 'reflect-metadata';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { OtelMethodCounter, Span } from 'nestjs-otel';
import { PullReader } from './pull-reader.ts';

/**
 * An asynchronous method that awaits once, with the decorators of nestjs-otel, called without Nest, which is not in the way of a call.
 * `@OtelMethodCounter` counts calls, without attributes, and measures no durations; `@Span` opens a span. Must come
 * before `init()`: the counter is of the provider that is global at its first call, and that is to be the SDK's.
 */
export function nestMethod(value: () => number, hasSpan: boolean): () => Promise<number> {
  class Service {
    async run(): Promise<number> {
      return await Promise.resolve(value());
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'run') as PropertyDescriptor;
  if (hasSpan) Span('nest')(Service.prototype, 'run', descriptor);
  OtelMethodCounter()(Service.prototype, 'run', descriptor);
  Object.defineProperty(Service.prototype, 'run', descriptor);
  const service = new Service();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new PullReader()] }));
  void service.run();
  metrics.disable();
  return () => service.run();
}
