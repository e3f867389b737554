import {
  type BusEvent,
  describeValue,
  EventBus,
  type EventIteration,
  type Problem,
  parseDuration,
} from '@org/instrument-core';
import type { HealthEventMap, HealthWatchMap } from './events.ts';
import type { WatchOptions } from './health.ts';
import { throwProblems } from './registration/resolve-options.ts';
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
 * A report of the whole at the beginning and at each interval, and events as they come in between, through a bounded
 * queue.
 *
 * @throws {InstrumentError} for an interval or a capacity that is none.
 */
export function watchHealth(
  source: WatchSource,
  { interval, ...options }: WatchOptions,
): EventIteration<BusEvent<HealthWatchMap>> {
  const millis = intervalOf(interval, options.capacity);
  const bus = new EventBus<HealthWatchMap>();
  const events = bus.iterate('health.*', options);
  let off: (() => void) | undefined;
  const stopRunning = source.runInBackground();
  let cancel = (): void => {};
  let isOver = false;
  const report = async (): Promise<void> => {
    const health = await source.check();
    if (isOver) return;
    bus.emit('health.report', health);
    // What came before the first report is in it.
    off ??= source.bus.on('health.*', (payload, name) => bus.emit(name as keyof HealthEventMap, payload));
    cancel = source.wheel.after(millis, () => void report());
  };
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    options.signal?.removeEventListener('abort', finish);
    cancel();
    off?.();
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

function intervalOf(interval: WatchOptions['interval'], capacity: unknown): number {
  const millis = interval === undefined ? DEFAULT_INTERVAL_MILLIS : parseDuration(interval);
  const problems: Problem[] = [];
  if (millis === undefined || millis <= 0) {
    const expected = "a duration above 0, in milliseconds or such as '30s'";
    problems.push({ path: 'interval', found: describeValue(interval), expected });
  }
  if (capacity !== undefined && !(Number.isInteger(capacity) && Number(capacity) >= 1)) {
    problems.push({ path: 'capacity', found: describeValue(capacity), expected: 'an integer of at least 1' });
  }
  throwProblems('The options of watch() are wrong', problems);
  return millis as number;
}
