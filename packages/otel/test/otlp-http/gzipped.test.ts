import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipped } from '../../src/otlp-http/gzipped.ts';
import { takePool } from '../taken-pool.ts';

/** Spans have random ids, and attributes that come again. */
function spans(count: number): Buffer {
  const name = Buffer.from('Orders.place http.route /orders/:id');
  return Buffer.concat(Array.from({ length: count }, () => Buffer.concat([randomBytes(24), name])));
}

test.each([0, 1, 10_000, 100_000])('a body of %d spans is the same when it is unpacked', async (count) => {
  const data = spans(count);
  expect(gunzipSync(await gzipped(data)).equals(data)).toBe(true);
});

test('a body is compressed while all threads of the pool are taken', async () => {
  takePool();
  const data = spans(10_000);
  expect(gunzipSync(await gzipped(data)).equals(data)).toBe(true);
});

test('the event loop runs while much is compressed', async () => {
  let turns = 0;
  const turn = (): void => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  // 5.9 MB
  await gzipped(spans(100_000));
  clearImmediate(next);
  expect(turns).toBeGreaterThan(20);
});
