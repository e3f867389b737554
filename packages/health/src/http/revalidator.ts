import { monotonicMillis, reportFault } from '@org/instrument-core';
import type { Health, HealthQuery } from '../health.ts';

/** Time between two looks for results that are due: a look is cheap, and a result a second late does no harm. */
export const LOOK_MILLIS = 1_000;
/** Queries remembered; with exclusions, whoever asks can make up many. */
const MAX_QUERIES = 256;

interface Look {
  nextMillis: number;
  isUnderWay: boolean;
}

/** Starts what is due of a query, without waiting for it. Never throws. */
export type Revalidator = (key: string, query: HealthQuery) => void;

/**
 * Keeps results fresh where nothing runs in the background: at most once a second for each query, and once at a time.
 * With checks running in the background nothing is due, and a look costs next to nothing.
 */
export function createRevalidator(health: Health): Revalidator {
  const looks = new Map<string, Look>();
  return (key, query) => {
    const now = monotonicMillis();
    const last = looks.get(key);
    if (last !== undefined && (last.isUnderWay || now < last.nextMillis)) return;
    const look: Look = last ?? { nextMillis: 0, isUnderWay: true };
    look.nextMillis = now + LOOK_MILLIS;
    look.isUnderWay = true;
    if (last === undefined) remember(looks, key, look);
    health
      .check(query)
      .catch((error: unknown) => reportFault('health', 'a run for a probe', error))
      .finally(() => {
        look.isUnderWay = false;
      });
  };
}

function remember(looks: Map<string, Look>, key: string, look: Look): void {
  const [oldest] = looks.keys();
  if (looks.size >= MAX_QUERIES && oldest !== undefined) looks.delete(oldest);
  looks.set(key, look);
}
