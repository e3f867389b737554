import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMillis } from '@org/instrument-core';
import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import { type Answer, jsonObject } from '../http/answer.ts';
import type { Notification } from '../notification.ts';

/** Between two questions: doubled from the first to the last. */
const FIRST_PAUSE_MILLIS = 100;
const LAST_PAUSE_MILLIS = 5_000;
/** What is not acknowledged after that long is sent again ("HTTP Event Collector indexer acknowledgment": five minutes). */
const PATIENCE_MILLIS = 300_000;
/** Events remembered; beyond, the oldest are forgotten, and sent again. */
const MAX_REMEMBERED = 10_000;

interface Sent {
  readonly ackId: number;
  readonly untilMillis: number;
}

/** Asks a collector which requests of ours an indexer has. */
type Ask = (ackIds: readonly number[], signal: AbortSignal) => Promise<Answer>;

/** Events that a collector has taken, and no indexer has acknowledged yet. */
export class Acknowledgements {
  readonly #ask: Ask;
  readonly #sent = new Map<string, Sent>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Whether an event was sent, and may still be acknowledged. */
  has(id: string): boolean {
    const sent = this.#sent.get(id);
    if (sent !== undefined && monotonicMillis() > sent.untilMillis) this.#sent.delete(id);
    return this.#sent.has(id);
  }

  add(ackId: number, ids: readonly string[]): void {
    const untilMillis = monotonicMillis() + PATIENCE_MILLIS;
    for (const id of ids) this.#sent.set(id, { ackId, untilMillis });
    for (const id of this.#sent.keys()) {
      if (this.#sent.size <= MAX_REMEMBERED) break;
      this.#sent.delete(id);
    }
  }

  /** Waits until events are acknowledged; gives those that are not when the time is over. They stay remembered. */
  async settle(batch: readonly Notification[], signal: AbortSignal): Promise<readonly Rejection[]> {
    let open = batch.filter(({ id }) => this.has(id));
    let pause = FIRST_PAUSE_MILLIS;
    let error = new DeliveryError('Splunk has the events, and no indexer has acknowledged them yet');
    while (open.length > 0) {
      try {
        await sleep(pause, undefined, { signal });
        const done = await this.#done(open, signal);
        open = open.filter(
          ({ id }) => !done.has(this.#sent.get(id)?.ackId ?? Number.NaN) || !this.#sent.delete(id),
        );
        pause = Math.min(pause * 2, LAST_PAUSE_MILLIS);
      } catch (failure) {
        if (failure instanceof DeliveryError && !signal.aborted) error = failure;
        return open.map(({ id }) => ({ id, error: temporary(error) }));
      }
    }
    return [];
  }

  async #done(open: readonly Notification[], signal: AbortSignal): Promise<ReadonlySet<number>> {
    const ids = [...new Set(open.flatMap(({ id }) => this.#sent.get(id)?.ackId ?? []))];
    const acks = jsonObject(await this.#ask(ids, signal))?.acks;
    const said = typeof acks === 'object' && acks !== null ? (acks as Record<string, unknown>) : {};
    return new Set(ids.filter((id) => said[id] === true));
  }
}

/** The events are there: whatever the question met, asking again can help. */
function temporary(error: DeliveryError): DeliveryError {
  if (!error.permanent) return error;
  const { message, status } = error;
  return new DeliveryError(message, { permanent: false, ...(status === undefined ? {} : { status }) });
}
