import type { Attributes, BatchObservableCallback } from '@opentelemetry/api';
import type { MeterProvider } from '@org/instrument-core';
import type { RecoveryOutcome } from './report.ts';
import type { CompletedRun, Component } from './run/component.ts';
import type { Status } from './status.ts';

/** Values of `health.status`: their mean over instances says how many are well. */
const VALUE: Readonly<Record<Status, number>> = { healthy: 1, degraded: 0.5, unhealthy: 0, unknown: -1 };

/** Where the gauges get their values. */
export interface StatusSource {
  readonly system: Status;
  readonly components: Iterable<{ readonly name: string; readonly kind: string; readonly status: Status }>;
}

/** The metrics of health. */
export interface HealthMetrics {
  completed(component: Component, run: CompletedRun): void;
  transition(check: string, from: Status, to: Status): void;
  abandoned(check: string): void;
  recovery(check: string, outcome: RecoveryOutcome): void;
  /** The source is asked from now on. */
  observe(): void;
  /** It is not asked any more, nor kept. */
  rest(): void;
}

/** Where the metrics of a registry go. */
export interface HealthMetricsOptions {
  readonly provider: MeterProvider;
  /** Whether `health.system.status` is its to tell. */
  readonly isSystem: boolean;
}

/** Creates the instruments; `source` is asked at each collection between `observe` and `rest`. */
export function createHealthMetrics(
  source: () => StatusSource,
  { provider, isSystem }: HealthMetricsOptions,
): HealthMetrics {
  const meter = provider.getMeter('@org/instrument-health');
  const duration = meter.createHistogram('health.check.duration', {
    description: 'Time that runs of health checks took',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  });
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit, description });
  const failures = counter('health.check.failures', '{run}', 'Runs of health checks that failed, by reason');
  const flaps = counter('health.check.flaps', '{flap}', 'Times that results began to go back and forth');
  const abandoned = counter('health.check.abandoned', '{run}', 'Runs that went on in spite of their signal');
  const transitions = counter(
    'health.status.transitions',
    '{transition}',
    'Changes of the status of components',
  );
  const attempts = counter(
    'health.recovery.attempts',
    '{attempt}',
    'Attempts to bring components back, by outcome',
  );
  const description = '1 healthy, 0.5 degraded, 0 unhealthy, -1 unknown';
  const gauge = (name: string, what: string) =>
    meter.createObservableGauge(name, { description: `Status of ${what}: ${description}` });
  const status = gauge('health.status', 'a component');
  const system = isSystem ? gauge('health.system.status', 'the system') : undefined;
  const gauges = system === undefined ? [status] : [status, system];
  const observeAll: BatchObservableCallback = (result) => {
    const now = source();
    for (const { name, kind, status: word } of now.components) {
      result.observe(status, VALUE[word], { check: name, kind });
    }
    if (system !== undefined) result.observe(system, VALUE[now.system]);
  };
  return {
    completed({ definition }, { durationMillis, failure, beginsFlapping }) {
      const attributes: Attributes = { check: definition.name };
      if (durationMillis !== undefined) duration.record(durationMillis / 1_000, attributes);
      if (failure !== undefined) failures.add(1, { ...attributes, reason: failure });
      if (beginsFlapping) flaps.add(1, attributes);
    },
    transition: (check, from, to) => transitions.add(1, { check, from, to }),
    abandoned: (check) => abandoned.add(1, { check }),
    recovery: (check, outcome) => attempts.add(1, { check, outcome }),
    observe: () => meter.addBatchObservableCallback(observeAll, gauges),
    rest: () => meter.removeBatchObservableCallback(observeAll, gauges),
  };
}
