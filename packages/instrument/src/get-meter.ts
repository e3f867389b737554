import type { MeterOptions } from '@opentelemetry/api';
import { type Meter, meterProvider } from '@org/instrument-core';

/**
 * The meter of a scope: the OpenTelemetry API's `Meter` in full, with `bind` on synchronous instruments. It may be
 * asked for, and recorded into, before `init()`: nothing is lost.
 */
export function getMeter(name: string, version?: string, options?: MeterOptions): Meter {
  return meterProvider.getMeter(name, version, options);
}
