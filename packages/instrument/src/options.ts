import type { Recorder } from '@org/instrument-core';
import type { OtelOptions } from '@org/instrument-otel';

/**
 * How instrumented functions record: `direct` onto the meters, `events` onto the meters and the event bus too,
 * `disabled` not at all, or through a recorder of your own.
 */
export type Mode = 'direct' | 'events' | 'disabled' | Recorder;

/** Options of `init()`. The same keys stand in a configuration file. */
export interface InitOptions extends OtelOptions {
  /** How instrumented functions record. Default `direct`, the cheapest. */
  mode?: Mode;
  /** Milliseconds between two pushes of metrics: another way to write `metrics.interval`. */
  metricExportIntervalMillis?: number;
}
