import type { Health } from '@org/instrument';
import { backlogCheck, circuitBreakerCheck, freshnessCheck } from '@org/instrument/health';
import { type Ingestor, QUEUE_CAPACITY } from './ingest/ingestor.ts';

/** Often enough to see a broker that is away for less than a second. */
const INTERVAL = '250ms';

/** Registers the checks of the ingestor. Returns the function that takes them out again. */
export function registerChecks(health: Health, ingestor: Ingestor): () => void {
  const often = { interval: INTERVAL, downInterval: INTERVAL, cacheTtl: INTERVAL } as const;
  return health.registerAll([
    {
      name: 'broker',
      check: () => {
        const { state } = ingestor.subscription;
        return state === 'connected' || { status: 'unhealthy', reason: `the broker is ${state}` };
      },
      ...often,
      failureThreshold: 2,
    },
    {
      name: 'queue',
      check: backlogCheck({
        of: () => ingestor.depth,
        degradedAbove: QUEUE_CAPACITY / 2,
        unhealthyAbove: QUEUE_CAPACITY - 1,
      }),
      ...often,
    },
    {
      name: 'writer',
      check: circuitBreakerCheck(() => ingestor.breaker),
      ...often,
      failureThreshold: 1,
    },
    {
      name: 'freshness',
      kind: 'business',
      check: freshnessCheck({
        of: () => ingestor.lastWriteMillis,
        degradedAfter: '5s',
        unhealthyAfter: '1m',
      }),
      interval: '1s',
      dependsOn: ['broker', 'writer'],
    },
  ]);
}
