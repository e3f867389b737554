import { describeValue } from '@org/instrument-core';

/** Look-ups of a cache since its start. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
}

/** Look-ups of a stretch of time. */
export interface HitRatio {
  /** Share of hits. */
  readonly ratio: number;
  readonly lookups: number;
}

/**
 * A function that tells the hit ratio since it last told one; `undefined` the first time, and as long as there were
 * fewer than `minLookups` look-ups since. Counts that have fallen were begun anew.
 */
export function createHitRatio(
  stats: () => CacheStats | Promise<CacheStats>,
  minLookups: number,
): () => Promise<HitRatio | undefined> {
  let told: CacheStats | undefined;
  return async () => {
    const now = checked(await stats());
    if (told === undefined) {
      told = now;
      return undefined;
    }
    const isReset = now.hits < told.hits || now.misses < told.misses;
    const since = isReset ? { hits: 0, misses: 0 } : told;
    const hits = now.hits - since.hits;
    const lookups = hits + now.misses - since.misses;
    told = lookups < minLookups ? since : now;
    return lookups < minLookups ? undefined : { ratio: hits / lookups, lookups };
  };
}

/** A copy: caches hand out the object that they count in. */
function checked(stats: unknown): CacheStats {
  const { hits, misses } = (stats ?? {}) as Partial<CacheStats>;
  if (typeof hits === 'number' && typeof misses === 'number' && hits >= 0 && misses >= 0)
    return { hits, misses };
  throw new Error(
    `The stats of the cache are ${describeValue(stats)}, expected { hits, misses } with numbers ≥ 0`,
  );
}
