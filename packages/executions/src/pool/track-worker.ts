import type { Worker } from 'node:worker_threads';
import { describeValue, monotonicMillis, reportFault, runtime } from '@org/instrument-core';
import type { Figures } from '../metrics/figures.ts';
import { Pace } from '../run/pace.ts';
import { Roster } from '../run/roster.ts';
import { crewAccount } from './crew-account.ts';
import { readCrewSettings, type WorkerOptions, workerReader } from './options.ts';
import { hasExited, isThread, watchThread } from './watch-thread.ts';
import { type Watching, watching } from './watching.ts';

/** How many items a message stands for. */
type ItemsOf = (message: unknown) => number;

/**
 * Watches a worker thread: that it began, how it ended, its exit code, its errors, and, with `items`, which of its messages
 * stand for items. With `execution` it counts as one of its workers, and its items are the execution's; otherwise under a
 * name of its own, which workers may share.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when it is no worker, or an option is wrong.
 */
export function trackWorker<Message = unknown>(
  thread: Worker,
  options: WorkerOptions<Message> = {},
): Watching {
  // What a worker posts nobody can check: it is what it was said to be.
  const reader = workerReader(options as WorkerOptions);
  if (!isThread(thread)) reader.add('worker', describeValue(thread), 'a Worker of node:worker_threads');
  const id = reader.text('id', undefined);
  const items = reader.raw('items');
  if (items !== undefined && typeof items !== 'boolean' && typeof items !== 'function') {
    reader.add(
      'items',
      describeValue(items),
      'true, false, or a function that counts the items of a message',
    );
  }
  const { own, execution } = readCrewSettings(
    reader,
    'The worker cannot be tracked',
    ({ name }) => `${name}.worker`,
  );
  if (runtime.disabled || hasExited(thread)) return watching(() => {});
  const itemsOf = itemCounter(items as WorkerOptions['items']);
  if (execution !== undefined) {
    const count = (message: unknown): void => execution.itemDone(itemsOf?.(message));
    return watch(thread, execution.roster, id, itemsOf === undefined ? undefined : count, () => {});
  }
  const { account } = crewAccount(own);
  const figures = new WorkerFigures();
  account.series.add(figures);
  const count = (message: unknown): void => figures.add(itemsOf?.(message) ?? 0);
  return watch(thread, new Roster(account), id, itemsOf === undefined ? undefined : count, () => {
    figures.end();
    account.series.retire(figures);
  });
}

function watch(
  thread: Worker,
  roster: Roster,
  id: string | undefined,
  onMessage: ((message: unknown) => void) | undefined,
  onEnd: () => void,
): Watching {
  if (onMessage !== undefined) thread.on('message', onMessage);
  const end = (): void => {
    if (onMessage !== undefined) thread.off('message', onMessage);
    onEnd();
  };
  const leave = watchThread(thread, [roster], id, end);
  return watching(() => {
    leave();
    end();
  });
}

function itemCounter(items: WorkerOptions['items']): ItemsOf | undefined {
  if (items === undefined || items === false) return undefined;
  if (items === true) return () => 1;
  return (message) => {
    try {
      const count = Number(items(message));
      if (Number.isSafeInteger(count) && count >= 0) return count;
      throw new TypeError(`items gave ${count}, not a whole number ≥ 0`);
    } catch (fault) {
      reportFault('executions', 'counting the items of a message', fault);
      return 0;
    }
  };
}

/** What a worker counts that is no part of an execution. */
class WorkerFigures implements Figures {
  readonly failed: number = 0;
  readonly remaining: undefined = undefined;
  readonly queued: undefined = undefined;
  readonly idleWorkers: undefined = undefined;
  readonly #pace: Pace = new Pace(monotonicMillis());
  #processed = 0;
  #active = 1;

  get processed(): number {
    return this.#processed;
  }

  get activeWorkers(): number {
    return this.#active;
  }

  add(items: number): void {
    this.#processed += items;
  }

  end(): void {
    this.#active = 0;
  }

  rate(): number {
    return this.#pace.ratePerSecond(monotonicMillis(), this.#processed);
  }
}
