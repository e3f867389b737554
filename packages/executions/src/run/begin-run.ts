import { monotonicMillis, reportFault, runtime } from '@org/instrument-core';
import { metricsOf } from '../metrics/metrics-of.ts';
import type { ExecutionSettings } from '../settings.ts';
import { Account } from './account.ts';
import { Run } from './execution-run.ts';
import { Observers } from './observers.ts';
import { openSpan } from './span.ts';
import { uniqueId } from './unique-id.ts';

/** Begins an execution. Never throws: what cannot be recorded is not, and the work is done all the same. */
export function beginRun(settings: ExecutionSettings): Run {
  const id = uniqueId();
  const startMillis = monotonicMillis();
  const nothing = { id, settings, startMillis, account: undefined, span: undefined };
  if (runtime.disabled) return new Run(nothing);
  try {
    const { name, labels, items, workers } = settings;
    const span = settings.spans
      ? openSpan(name, { ...labels, 'execution.id': id, ...sizeOf(items, workers) }, startMillis)
      : undefined;
    const { traceId, spanId } = span?.sampled ?? {};
    const account = new Account(
      metricsOf(settings.meterProvider, name).series(labels),
      new Observers(settings.hooks, settings.events, { name, run: id, labels, traceId, spanId }),
    );
    const run = new Run({ id, settings, startMillis, account, span });
    run.begin();
    return run;
  } catch (fault) {
    reportFault('executions', 'beginning an execution', fault);
    return new Run(nothing);
  }
}

function sizeOf(items: number | undefined, workers: number | undefined): Record<string, number> {
  return {
    ...(items === undefined ? {} : { 'execution.items.total': items }),
    ...(workers === undefined ? {} : { 'execution.workers': workers }),
  };
}
