import { type Duration, parseDuration } from '@org/instrument-core';
import type { Channel } from '../channel.ts';

/** How a channel is delivered to, in numbers. */
export interface Policy {
  readonly timeoutMillis: number;
  readonly deadlineMillis: number;
  readonly initialDelayMillis: number;
  readonly maxDelayMillis: number;
  /** Infinite: none but the deadline bounds them. */
  readonly maxAttempts: number;
  readonly rateLimit: { readonly count: number; readonly perMillis: number } | undefined;
  readonly circuit: { readonly failures: number; readonly pauseMillis: number } | undefined;
  readonly maxNotifications: number;
  readonly maxBytes: number;
  readonly batchDelayMillis: number;
  /** Most notifications of one delivery. */
  readonly batchSize: number;
}

const DAY_MILLIS = 86_400_000;

/** The policy of a channel, whose settings have been checked. */
export function policyOf({ settings = {}, maxBatch = 1 }: Channel): Policy {
  const { retry = {}, rateLimit, circuitBreaker, queue = {} } = settings;
  const initialDelayMillis = millisOf(retry.initialDelay, 1_000);
  return {
    timeoutMillis: millisOf(settings.timeout, 10_000),
    deadlineMillis: millisOf(settings.deadline, DAY_MILLIS),
    initialDelayMillis,
    // One of the two may be given, and the other's default be on the wrong side of it.
    maxDelayMillis: Math.max(initialDelayMillis, millisOf(retry.maxDelay, 300_000)),
    maxAttempts: retry.maxAttempts ?? Number.POSITIVE_INFINITY,
    rateLimit:
      rateLimit === undefined || rateLimit === false
        ? undefined
        : { count: rateLimit.count, perMillis: millisOf(rateLimit.per, 1_000) },
    circuit:
      circuitBreaker === false
        ? undefined
        : { failures: circuitBreaker?.failures ?? 5, pauseMillis: millisOf(circuitBreaker?.pause, 30_000) },
    maxNotifications: queue.maxNotifications ?? 10_000,
    maxBytes: queue.maxBytes ?? 64 * 1024 * 1024,
    batchDelayMillis: millisOf(settings.batchDelay, 0),
    batchSize: Math.min(maxBatch, settings.batchSize ?? Number.POSITIVE_INFINITY),
  };
}

function millisOf(duration: Duration | undefined, fallback: number): number {
  return parseDuration(duration) ?? fallback;
}
