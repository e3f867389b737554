import { randomUUID } from 'node:crypto';
import { type Duration, describeValue, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { abortable, joinUnanswered } from './abortable.ts';
import { type CacheStats, createHitRatio, type HitRatio } from './cache-hits.ts';
import { numberText, percentText, rounded } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { assertRedisReady } from './redis-readiness.ts';
import { timedResult } from './response-time.ts';
import { worstOf } from './thresholds.ts';

/** What is needed of a cache: `Map`, cache-manager, Keyv, lru-cache, ioredis and node-redis have it. */
export type CacheLike = {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
} & ({ delete(key: string): unknown } | { del(key: string): unknown });

/** Options of {@link cacheCheck}. */
export interface CacheCheckOptions {
  /**
   * What the key of the probe begins with; something random follows, lest instances that share a cache read each other's.
   * Default `health:probe`.
   */
  readonly key?: string | undefined;
  /** Hits and misses since the start, as the cache counts them. Default none. */
  readonly stats?: (() => CacheStats | Promise<CacheStats>) | undefined;
  /** Share of hits since the previous run below which the cache is degraded; needs `stats`. Default none. */
  readonly minHitRatio?: number | undefined;
  /** Look-ups without which the ratio says nothing; fewer are added to those of the next run. Default 10. */
  readonly minLookups?: number | undefined;
  /** A round trip that takes longer is degraded. Default never. */
  readonly degradedAbove?: Duration | undefined;
}

/**
 * Writes a value of its own into the cache, reads it back and deletes it, and looks at the hit ratio of the time since
 * the previous run.
 *
 * @throws {InstrumentError} when a function of the cache is missing, or options are wrong. The check throws what the
 * cache throws.
 */
export function cacheCheck(cache: CacheLike, options: CacheCheckOptions = {}): CheckFunction {
  const read = new CheckOptionReader('cacheCheck', options, [
    'key',
    'stats',
    'minHitRatio',
    'minLookups',
    'degradedAbove',
  ]);
  const missing = missingFunctions(cache);
  if (missing.length > 0) {
    read.add(
      'cache',
      `no ${missing.join(', no ')}`,
      'an object with the functions get, set, and delete or del',
    );
  }
  const key = `${read.text('key', 'health:probe')}:${randomUUID()}`;
  const stats = read.callback<() => CacheStats | Promise<CacheStats>>('stats');
  const minHitRatio = read.share('minHitRatio', undefined);
  const minLookups = read.number('minLookups', 10, { min: 1, isInteger: true });
  const degradedAboveMillis = read.millis('degradedAbove', undefined);
  if (minHitRatio !== undefined && stats === undefined && read.raw('stats') === undefined) {
    read.add('minHitRatio', String(minHitRatio), 'stats beside it', 'Pass stats: () => ({ hits, misses }).');
  }
  read.done();

  const hitRatio = stats === undefined ? undefined : createHitRatio(stats, minLookups);
  const roundTrip = joinUnanswered(() => probe(cache, key));
  return async ({ signal }) => {
    assertRedisReady(cache);
    const hits = await hitRatio?.();
    const startMillis = monotonicMillis();
    const fault = await abortable(roundTrip(), signal);
    const details = hits === undefined ? {} : { hitRatio: rounded(hits.ratio), lookups: hits.lookups };
    if (fault !== undefined) return { status: 'unhealthy', reason: fault, details };
    const timed = timedResult({ subject: 'The cache', startMillis, degradedAboveMillis, details });
    return { ...timed, ...verdict(timed, hits, minHitRatio) } satisfies CheckResult;
  };
}

/** What is wrong with a round trip. */
async function probe(cache: CacheLike, key: string): Promise<string | undefined> {
  const value = randomUUID();
  await cache.set(key, value);
  let found: unknown;
  try {
    found = await cache.get(key);
  } finally {
    await ('delete' in cache ? cache.delete(key) : cache.del(key));
  }
  const text = found instanceof Uint8Array ? Buffer.from(found).toString() : found;
  if (text === value) return undefined;
  return text === undefined || text === null
    ? 'The cache lost a value just written'
    : `The cache gave back ${describeValue(text)} for ${describeValue(value)}`;
}

function verdict(
  { status, reason }: CheckResult,
  hits: HitRatio | undefined,
  minHitRatio: number | undefined,
): Pick<CheckResult, 'status' | 'reason'> {
  if (hits === undefined || minHitRatio === undefined || hits.ratio >= minHitRatio) return { status, reason };
  const low =
    `The hit ratio is ${percentText(hits.ratio)} of ${numberText(hits.lookups)} look-ups, ` +
    `below ${percentText(minHitRatio)}`;
  return { status: worstOf(status, 'degraded'), reason: reason === undefined ? low : `${reason}; ${low}` };
}

function missingFunctions(cache: unknown): string[] {
  const has = (name: string): boolean =>
    typeof (cache as Record<string, unknown> | null | undefined)?.[name] === 'function';
  const missing = ['get', 'set'].filter((name) => !has(name));
  return has('delete') || has('del') ? missing : [...missing, 'delete or del'];
}
