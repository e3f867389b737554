import { type ExecutionMetrics, metricsOf } from '../metrics/metrics-of.ts';
import { Account } from '../run/account.ts';
import { Observers } from '../run/observers.ts';
import { uniqueId } from '../run/unique-id.ts';
import type { SubjectSettings } from '../settings.ts';

/** Where a pool or a worker that is no part of an execution puts what happens. */
export function crewAccount({ name, labels, hooks, events, meterProvider }: SubjectSettings): {
  readonly account: Account;
  readonly metrics: ExecutionMetrics;
} {
  const metrics = metricsOf(meterProvider, name);
  const subject = { name, run: uniqueId(), labels, traceId: undefined, spanId: undefined };
  return { account: new Account(metrics.series(labels), new Observers(hooks, events, subject)), metrics };
}
