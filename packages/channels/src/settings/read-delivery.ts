import {
  type Duration,
  describeValue,
  MAX_TIMER_MILLIS,
  OptionReader,
  parseDuration,
} from '@org/instrument-core';
import type {
  ChannelSettings,
  CircuitBreakerSettings,
  QueueSettings,
  RateLimit,
  RetrySettings,
} from '../settings.ts';

const COUNT = { min: 1, isInteger: true } as const;

type Delivery = Omit<ChannelSettings, 'events' | 'minSeverity' | 'filter' | 'title' | 'text'>;
/** As it is, with what was left out or is wrong. */
type Given<T> = { [K in keyof T]: T[K] | undefined };

/** How notifications are delivered. */
export function readDelivery<O extends ChannelSettings>(read: OptionReader<O>): Given<Delivery> {
  return {
    timeout: readDuration(read, 'timeout', { isPositive: true }),
    deadline: readDuration(read, 'deadline', { isPositive: true, max: Number.MAX_SAFE_INTEGER }),
    retry: readRetry(read),
    rateLimit: readRateLimit(read),
    circuitBreaker: readCircuitBreaker(read),
    queue: readQueue(read),
    batchDelay: readDuration(read, 'batchDelay'),
    batchSize: read.number('batchSize', undefined, COUNT),
  };
}

function readRetry<O extends ChannelSettings>(read: OptionReader<O>): RetrySettings | undefined {
  return within<RetrySettings, O>(read, 'retry', ['initialDelay', 'maxDelay', 'maxAttempts'], (inner) => {
    const retry = {
      initialDelay: readDuration(inner, 'initialDelay', { isPositive: true }),
      maxDelay: readDuration(inner, 'maxDelay', { isPositive: true }),
      maxAttempts: inner.number('maxAttempts', undefined, COUNT),
    };
    const [initial, most] = [parseDuration(retry.initialDelay), parseDuration(retry.maxDelay)];
    inner.ordered('initialDelay', initial, 'maxDelay', most);
    return retry;
  });
}

function readRateLimit<O extends ChannelSettings>(read: OptionReader<O>): RateLimit | false | undefined {
  if (read.raw('rateLimit') === false) return false;
  return within<RateLimit, O>(read, 'rateLimit', ['count', 'per'], (inner) => {
    for (const key of ['count', 'per'] as const) {
      if (typeof read.raw('rateLimit') === 'object' && inner.raw(key) === undefined) {
        inner.add(key, 'nothing', 'both count and per', "Write it as in { count: 1, per: '1s' }.");
      }
    }
    return {
      count: inner.number('count', undefined, COUNT),
      per: readDuration(inner, 'per', { isPositive: true }),
    };
  });
}

function readCircuitBreaker<O extends ChannelSettings>(
  read: OptionReader<O>,
): CircuitBreakerSettings | false | undefined {
  if (read.raw('circuitBreaker') === false) return false;
  return within<CircuitBreakerSettings, O>(read, 'circuitBreaker', ['failures', 'pause'], (inner) => ({
    failures: inner.number('failures', undefined, COUNT),
    pause: readDuration(inner, 'pause', { isPositive: true }),
  }));
}

function readQueue<O extends ChannelSettings>(read: OptionReader<O>): QueueSettings | undefined {
  return within<QueueSettings, O>(read, 'queue', ['maxNotifications', 'maxBytes'], (inner) => ({
    maxNotifications: inner.number('maxNotifications', undefined, COUNT),
    maxBytes: inner.number('maxBytes', undefined, COUNT),
  }));
}

/** Reads an object within the options; `undefined` where there is none, or something in it is wrong. */
function within<T extends object, O extends ChannelSettings>(
  read: OptionReader<O>,
  key: keyof ChannelSettings,
  known: readonly (keyof T & string)[],
  readInner: (inner: OptionReader<T>) => Given<T>,
): T | undefined {
  const given: unknown = read.raw(key);
  if (given === undefined) return undefined;
  const inner = new OptionReader<T>(given as T, known);
  const value = readInner(inner);
  for (const { path, found, expected, fix } of inner.problems) {
    read.add(path === '' ? key : `${key}.${path}`, found, expected, fix);
  }
  if (inner.problems.length > 0) return undefined;
  const said = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.freeze(Object.fromEntries(said)) as T;
}

/** A duration as it was given. */
function readDuration<O extends object>(
  read: OptionReader<O>,
  key: keyof O & string,
  { isPositive = false, max = MAX_TIMER_MILLIS }: { isPositive?: boolean; max?: number } = {},
): Duration | undefined {
  const given: unknown = read.raw(key);
  const millis = read.millis(key, undefined);
  if (millis === undefined) return undefined;
  if (millis <= max && (millis > 0 || !isPositive)) return given as Duration;
  read.add(key, describeValue(given), millis > max ? 'at most 24 days' : 'a duration that is not zero');
  return undefined;
}
