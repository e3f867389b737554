import { createCache } from 'cache-manager';
import { expect, test } from 'vitest';
import { type CacheLike, cacheCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

test('a Map makes the round trip, and nothing is left in it', async () => {
  const cache = new Map<string, string>([['mine', 'stays']]);
  const result = await runCheck(cacheCheck(cache));
  expect(result).toEqual({ status: 'healthy', details: { latencyMillis: expect.any(Number) } });
  expect([...cache.keys()]).toEqual(['mine']);
});

test('cache-manager makes the round trip', async () => {
  const cache = createCache();
  expect(await runCheck(cacheCheck(cache))).toMatchObject({ status: 'healthy' });
});

test('two checks of one cache never share a key, and one never a value', async () => {
  const written: [string, string][] = [];
  const cache = new (class extends Map<string, string> {
    override set(key: string, value: string): this {
      written.push([key, value]);
      return super.set(key, value);
    }
  })();
  const one = cacheCheck(cache, { key: 'probe' });
  const other = cacheCheck(cache, { key: 'probe' });
  for (const check of [one, one, other]) await runCheck(check);
  expect(written.every(([key]) => key.startsWith('probe:'))).toBe(true);
  expect(new Set(written.map(([key]) => key)).size).toBe(2);
  expect(new Set(written.map(([, value]) => value)).size).toBe(3);
});

test.for<[string, unknown, RegExp]>([
  ['loses', undefined, /^The cache lost a value just written$/],
  ['keeps an old', 'old', /^The cache gave back "old" for "/],
])('a cache that %s value is unhealthy, and the key is deleted all the same', async ([, found, reason]) => {
  const deleted: string[] = [];
  const cache = { get: () => found, set: () => {}, del: (key: string) => deleted.push(key) };
  const result = await runCheck(cacheCheck(cache));
  expect(result.status).toBe('unhealthy');
  expect(result.reason).toMatch(reason);
  expect(deleted).toHaveLength(1);
});

test('values in buffers are compared as text', async () => {
  const map = new Map<string, string>();
  const cache: CacheLike = {
    get: async (key) => Buffer.from(map.get(key) ?? ''),
    set: async (key, value) => map.set(key, value),
    del: async (key) => map.delete(key),
  };
  expect(await runCheck(cacheCheck(cache))).toMatchObject({ status: 'healthy' });
});

test('what the cache throws is thrown', async () => {
  const cache = {
    get: () => undefined,
    set: () => {
      throw new Error('READONLY');
    },
    delete: () => {},
  };
  await expect(runCheck(cacheCheck(cache))).rejects.toThrow('READONLY');
});

test('the hit ratio is that of the time since the previous run', async () => {
  // 99,000 of 100,000 hit so far: the ratio since the start would hide what follows.
  const stats = { hits: 99_000, misses: 1_000 };
  const check = cacheCheck(new Map<string, string>(), { stats: () => stats, minHitRatio: 0.8 });
  expect((await runCheck(check)).details).not.toHaveProperty('hitRatio');
  stats.hits += 10;
  stats.misses += 30;
  expect(await runCheck(check)).toMatchObject({
    status: 'degraded',
    reason: 'The hit ratio is 25 % of 40 look-ups, below 80 %',
    details: { hitRatio: 0.25, lookups: 40 },
  });
  stats.hits += 10;
  expect(await runCheck(check)).toMatchObject({ status: 'healthy', details: { hitRatio: 1, lookups: 10 } });
});

test('look-ups too few to judge are added to the next ones', async () => {
  const stats = { hits: 0, misses: 0 };
  const check = cacheCheck(new Map<string, string>(), { stats: async () => stats, minHitRatio: 0.5 });
  await runCheck(check);
  stats.misses = 9;
  expect(await runCheck(check)).toMatchObject({ status: 'healthy', details: {} });
  stats.misses = 10;
  expect(await runCheck(check)).toMatchObject({ status: 'degraded', details: { hitRatio: 0, lookups: 10 } });
});

test('counts that were set back begin anew', async () => {
  let stats = { hits: 1_000, misses: 0 };
  const check = cacheCheck(new Map<string, string>(), { stats: () => stats, minHitRatio: 0.5 });
  await runCheck(check);
  stats = { hits: 15, misses: 5 };
  expect(await runCheck(check)).toMatchObject({
    status: 'healthy',
    details: { hitRatio: 0.75, lookups: 20 },
  });
});

test('rubbish for stats is said to be', async () => {
  const check = cacheCheck(new Map<string, string>(), { stats: untyped(() => ({ hits: '1' })) });
  await expect(runCheck(check)).rejects.toThrow('The stats of the cache are {"hits":"1"}');
});

test('all mistakes are reported together', () => {
  const create = () => cacheCheck(untyped({ get() {} }), { key: '', minHitRatio: 0.5, minLookups: 0 });
  const { paths, error } = problemsOf(create);
  expect(paths).toEqual(['cache', 'key', 'minLookups', 'minHitRatio']);
  expect(error.problems[0]?.found).toBe('no set, no delete or del');
});
