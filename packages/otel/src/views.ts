import type { ViewOptions as SdkViewOptions } from '@opentelemetry/sdk-metrics';
import type { MetricViewOptions } from '@org/instrument-core';
import { aggregationOptionsOf } from './metric-producer.ts';

/** Views in our words, whether given so or as the SDK's `ViewOptions`. */
export function metricViewsOf(
  views: readonly (MetricViewOptions | SdkViewOptions)[] = [],
): MetricViewOptions[] {
  return views.map((view) => {
    const { aggregation } = view;
    if (aggregation === undefined || typeof aggregation.type === 'string') return view as MetricViewOptions;
    const { aggregation: sdkAggregation, ...rest } = view as SdkViewOptions;
    return {
      ...(rest as MetricViewOptions),
      ...(sdkAggregation === undefined ? {} : { aggregation: aggregationOptionsOf(sdkAggregation) }),
    };
  });
}
