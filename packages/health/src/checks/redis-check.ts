import { type Duration, describeValue, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { abortable, joinUnanswered } from './abortable.ts';
import { CheckOptionReader } from './options.ts';
import { assertRedisReady } from './redis-readiness.ts';
import { timedResult } from './response-time.ts';

/** What is needed of a Redis client: ioredis and node-redis have it, their clusters and sentinels too. */
export interface RedisPingable {
  ping(): unknown;
}

/** Options of {@link redisCheck}. */
export interface RedisCheckOptions {
  /** Slower than this is degraded. Default never. */
  readonly degradedAbove?: Duration | undefined;
}

/**
 * Sends `PING` and expects `PONG`. A client that is not connected fails at once, and no more than three pings are
 * without an answer: nothing piles up in the client's queues.
 *
 * @throws {InstrumentError} when there is no `ping`, or options are wrong. The check throws what the client throws.
 */
export function redisCheck(client: RedisPingable, options: RedisCheckOptions = {}): CheckFunction {
  const read = new CheckOptionReader('redisCheck', options, ['degradedAbove']);
  if (typeof (client as Partial<RedisPingable> | null | undefined)?.ping !== 'function') {
    const fix = 'Pass a client of ioredis or node-redis, or { ping: () => … } around another.';
    read.add('client', describeClient(client), 'an object with the function ping', fix);
  }
  const degradedAboveMillis = read.millis('degradedAbove', undefined);
  read.done();

  const ping = joinUnanswered(() => client.ping());
  return async ({ signal }) => {
    assertRedisReady(client);
    const startMillis = monotonicMillis();
    const answer = pongOf(await abortable(ping(), signal));
    if (answer.toUpperCase() !== 'PONG') {
      const reason = `Redis answered ${describeValue(answer)} to PING, expected "PONG"`;
      return { status: 'unhealthy', reason } satisfies CheckResult;
    }
    return timedResult({ subject: 'Redis', startMillis, degradedAboveMillis });
  };
}

/** A client may hold its password: no more is shown than that it is an object. */
function describeClient(client: unknown): string {
  return typeof client === 'object' && client !== null ? 'an object without it' : describeValue(client);
}

/** The answer as text: clients may be set to answer in buffers, and one that subscribes gets `['pong', '']`. */
function pongOf(answer: unknown): string {
  const first: unknown = Array.isArray(answer) ? answer[0] : answer;
  return first instanceof Uint8Array ? Buffer.from(first).toString() : String(first);
}
