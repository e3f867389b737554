import {
  type BusEvent,
  describeValue,
  EventBus,
  type EventIteration,
  InstrumentError,
  parseDuration,
} from '@org/instrument-core';
import type { HealthEventMap, HealthWatchMap } from './events.ts';
import type { WatchOptions } from './health.ts';
import type { SystemHealth } from './report.ts';
import type { TimerWheel } from './schedule/timer-wheel.ts';

const DEFAULT_INTERVAL_MILLIS = 30_000;

/** What a watch needs of its registry. */
export interface WatchSource {
  readonly bus: EventBus<HealthEventMap>;
  readonly wheel: TimerWheel;
  check(): Promise<SystemHealth>;
  /** Runs checks in the background until the returned function is called. */
  runInBackground(): () => void;
}

/**
 * Events as they come, with a report of the whole at the beginning and at each interval, through a bounded queue.
 *
 * @throws {InstrumentError} for an interval that is none.
 */
export function watchHealth(
  source: WatchSource,
  { interval, ...options }: WatchOptions,
): EventIteration<BusEvent<HealthWatchMap>> {
  const millis = intervalOf(interval);
  const bus = new EventBus<HealthWatchMap>();
  const events = bus.iterate('health.*', options);
  const off = source.bus.on('health.*', (payload, name) =>
    bus.emit(name as keyof HealthEventMap, payload as never),
  );
  const stopRunning = source.runInBackground();
  let cancel = (): void => {};
  let isOver = false;
  const report = async (): Promise<void> => {
    const health = await source.check();
    if (isOver) return;
    bus.emit('health.report', health);
    cancel = source.wheel.after(millis, () => void report());
  };
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    options.signal?.removeEventListener('abort', finish);
    cancel();
    off();
    stopRunning();
  };
  if (options.signal?.aborted === true) finish();
  else {
    options.signal?.addEventListener('abort', finish, { once: true });
    void report();
  }
  return {
    get shed(): number {
      return events.shed;
    },
    next: () => events.next(),
    return: async () => {
      finish();
      return (await events.return?.()) ?? { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function intervalOf(interval: WatchOptions['interval']): number {
  const millis = interval === undefined ? DEFAULT_INTERVAL_MILLIS : parseDuration(interval);
  if (millis !== undefined && millis > 0) return millis;
  throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The options of watch() are wrong', [
    {
      path: 'interval',
      found: describeValue(interval),
      expected: "a duration above 0, in milliseconds or such as '30s'",
    },
  ]);
}
