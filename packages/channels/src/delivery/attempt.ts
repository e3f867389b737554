import type { AsyncResource } from 'node:async_hooks';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Channel } from '../channel.ts';
import type { Notification } from '../notification.ts';
import type { Clock } from './clock.ts';
import { type Failure, failureOf, timeoutFailure } from './failure.ts';
import { type Lack, lackOf } from './taken-in-part.ts';

/** A batch that was taken, by the ids of its notifications: save those that were rejected, and some not by all recipients. */
export interface Taken {
  readonly isTaken: true;
  readonly rejections: ReadonlyMap<string, Failure>;
  readonly lacks: ReadonlyMap<string, Lack>;
}

/** What became of a batch: taken, or not at all. */
export type Outcome = Taken | { readonly isTaken: false; readonly failure: Failure };

/** One call of `deliver`. */
export interface Attempt {
  /** Never rejects; after the time for the attempt it is a failure, whatever the channel does. */
  readonly outcome: Promise<Outcome>;
  /** Resolves when the channel has come to an end with it. */
  readonly settled: Promise<void>;
  /** Tells the channel to stop. */
  cancel(reason: Error): void;
  /** Nobody waits for the outcome any more. */
  forget(): void;
}

/** How an attempt is made. */
export interface AttemptOptions {
  readonly channel: Channel;
  readonly batch: readonly Notification[];
  readonly number: number;
  readonly timeoutMillis: number;
  readonly clock: Clock;
  /** What the channel does is no part of the request or the span that the event came from. */
  readonly scope: AsyncResource;
  /** The channel has ended what was given up before. */
  readonly onLate: (outcome: Outcome) => void;
}

/** Begins a delivery. Nothing that the channel does gets out of it. While it is under way, it keeps the process alive. */
export function beginAttempt(options: AttemptOptions): Attempt {
  const { channel, batch, number, timeoutMillis, clock, scope, onLate } = options;
  const controller = new AbortController();
  let isOver = false;
  let isCalledOff = false;
  let end: (outcome: Outcome) => void = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    end = resolve;
  });
  const giveUp = (): void => {
    if (isCalledOff) return;
    isOver = true;
    const failure = timeoutFailure(timeoutMillis);
    end({ isTaken: false, failure });
    controller.abort(new DOMException(failure.message, 'TimeoutError'));
  };
  // Once what has arrived by then was read: an event loop that stood still finds the end of the time and the answer together.
  const stopTimer = clock.after(timeoutMillis, () => clock.soon(giveUp), true);
  const cancelTimer = (): void => {
    isCalledOff = true;
    stopTimer();
  };
  const deliver = async (): Promise<unknown> =>
    channel.deliver(batch, { signal: controller.signal, attempt: number });
  // The batch is not kept by what never settles.
  const ids = new Set(batch.map(({ id }) => id));
  const settled = scope
    .runInAsyncScope(() => context.with(ROOT_CONTEXT, deliver))
    .then(
      (result): Outcome => takenOf(result, ids),
      (error: unknown): Outcome => ({ isTaken: false, failure: failureOf(error) }),
    )
    .then((late) => {
      cancelTimer();
      if (isOver) onLate(late);
      else end(late);
    });
  return { outcome, settled, cancel: (reason) => controller.abort(reason), forget: cancelTimer };
}

/** What a channel says that it did not take. What else it may return means nothing: a response, for instance. Never throws. */
function takenOf(result: unknown, ids: ReadonlySet<string>): Taken {
  const rejections = new Map<string, Failure>();
  const lacks = new Map<string, Lack>();
  const taken: Taken = { isTaken: true, rejections, lacks };
  try {
    if (!Array.isArray(result)) return taken;
    for (const rejection of result as readonly ({
      readonly id?: unknown;
      readonly error?: unknown;
    } | null)[]) {
      const id = rejection?.id;
      if (typeof id !== 'string' || !ids.has(id)) continue;
      const lack = lackOf(rejection);
      if (lack === undefined) rejections.set(id, failureOf(rejection?.error));
      else lacks.set(id, lack);
    }
  } catch {
    // Whatever it is, it is no list of rejections.
  }
  return taken;
}
