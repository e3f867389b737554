import type { BindableCounter } from '@org/instrument-core';
import type { CacheRecord, CacheResult } from '../records.ts';
import { type Site, UNKNOWN } from '../site.ts';

const VERB = 'recordCache';
const DEFAULT_CACHE = 'default';

/** Counts look-ups in caches, by whether they found anything. */
export function cacheVerb(site: Site): (access: CacheResult | CacheRecord) => void {
  let counter: BindableCounter | undefined;
  const record = site.guard<CacheRecord>(VERB, ({ result, cache, count: times = 1, attributes }) => {
    const count = site.amount(VERB, 'count', times);
    if (count === undefined) return;
    const isKnown = result === 'hit' || result === 'miss';
    if (!isKnown) site.refuse(VERB, 'result', result, 'hit or miss');
    counter ??= site.meter.createCounter(`${site.name}.cache.requests`, {
      description: 'Look-ups in caches',
      unit: '{request}',
    });
    const series = site.series(VERB, attributes);
    series.cache = site.optionalLabel(VERB, 'cache', cache, DEFAULT_CACHE);
    series.result = isKnown ? result : UNKNOWN;
    counter.add(count, series);
  });
  return (access) => record(recordOf(access));
}

function recordOf(access: CacheResult | CacheRecord): CacheRecord {
  return typeof access === 'string' ? { result: access } : access;
}
