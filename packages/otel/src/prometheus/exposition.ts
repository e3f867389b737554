import type { Attributes } from '@opentelemetry/api';
import type { Collection } from '@org/instrument-core';

/** The text formats: Prometheus 0.0.4 and OpenMetrics 1.0.0. */
export type TextFormat = 'prometheus' | 'openmetrics';

/** What one scrape shows. */
export interface Exposition {
  /** Attributes of the resource, for `target_info` and the labels made of them. */
  readonly resource: Attributes;
  /** In the order in which they are written; where names clash, the earlier collection wins. */
  readonly collections: readonly Collection[];
}

/** How an {@link Exposition} is written. */
export interface ExpositionOptions {
  /** Put before each metric name, with an underscore. Default none. */
  readonly prefix?: string | undefined;
  /** Writes the time of collection behind each sample. Default `false`. */
  readonly appendTimestamp?: boolean | undefined;
  /** Resource attributes whose names match become labels of every sample. Default none. */
  readonly resourceLabels?: RegExp | undefined;
  /** Leaves out the `otel_scope_*` labels. Default `false`. */
  readonly withoutScopeInfo?: boolean | undefined;
  /** Leaves out `target_info`. Default `false`. */
  readonly withoutTargetInfo?: boolean | undefined;
}
