import type { Aggregations } from '@org/instrument-core';
import type { OtelExtension } from './extension.ts';
import type { OtelOptions } from './options.ts';
import { otlpTarget } from './otlp.ts';
import { collectorPreferences, preferencesOf } from './otlp-metrics/preferences.ts';

/** Whether `/metrics` is served. */
export function isServed({ metrics: settings, prometheus }: OtelOptions): boolean {
  return settings !== false && prometheus !== false;
}

/** Whether metrics are pushed anywhere. */
export function isPushed(
  { metrics: settings, otlp, console }: OtelOptions,
  { exporters }: OtelExtension,
): boolean {
  const isOnConsole = typeof console === 'object' ? console.metrics : console;
  const isAsked =
    isOnConsole === true || exporters !== undefined || otlpTarget(otlp, 'metrics') !== undefined;
  return settings !== false && isAsked;
}

/** What the reader for OTLP, attached later, will ask for. */
export function aggregationsOverOtlp(options: OtelOptions): Aggregations[] {
  if (options.metrics === false || otlpTarget(options.otlp, 'metrics') === undefined) return [];
  return [collectorPreferences(preferencesOf(options)).aggregation];
}

/** Whether anything is sent by OTLP. */
export function isSentOverOtlp({ metrics: ofMetrics, traces, otlp }: OtelOptions): boolean {
  const isOn = { metrics: ofMetrics !== false, traces: traces !== false };
  return (['metrics', 'traces'] as const).some(
    (signal) => isOn[signal] && otlpTarget(otlp, signal) !== undefined,
  );
}
