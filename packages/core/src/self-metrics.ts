import { processWide } from './process-wide.ts';

/** Counts of what the telemetry itself had to leave out or could not do. Read by `selfMetrics`, one series per word. */
const counts = processWide('self-metrics', () => new Map<string, Map<string, number>>());

/** Names, units and label keys of the self-metrics. */
export const SELF_METRICS = {
  'instrument.cardinality.overflows': {
    description: 'Measurements counted in the overflow series because a cardinality limit was reached',
    unit: '{measurement}',
    label: 'metric',
  },
  'instrument.faults': {
    description: 'Faults of the telemetry that were kept from the application',
    unit: '{fault}',
    label: 'component',
  },
  'instrument.events.shed': {
    description: 'Events lost because a subscriber did not keep up with them',
    unit: '{event}',
    label: 'subscription',
  },
  'instrument.statsd.packets': {
    description: 'Packets that the StatsD exporter gave to the operating system',
    unit: '{packet}',
    label: 'transport',
  },
  'instrument.statsd.sent': {
    description: 'Bytes that the StatsD exporter gave to the operating system',
    unit: 'By',
    label: 'transport',
  },
  'instrument.statsd.dropped': {
    description: 'Lines that the StatsD exporter could not send',
    unit: '{line}',
    label: 'reason',
  },
} as const;

/** Name of a self-metric. */
export type SelfMetric = keyof typeof SELF_METRICS;

/** Adds to a self-metric. Never throws. */
export function countSelf(metric: SelfMetric, label: string, by = 1): void {
  let series = counts.get(metric);
  if (series === undefined) {
    series = new Map();
    counts.set(metric, series);
  }
  series.set(label, (series.get(label) ?? 0) + by);
}

/** A measurement went to the overflow series of a metric. */
export function overflowedMeasurements(metric: string): void {
  countSelf('instrument.cardinality.overflows', metric);
}

/** The series of a self-metric: label value and count. */
export function selfCounts(metric: SelfMetric): Iterable<readonly [string, number]> {
  return counts.get(metric) ?? [];
}
