import type { Notification, Severity } from '../notification.ts';
import type { Journal } from './journal.ts';
import type { Segment } from './segment.ts';

/** What is known of an entry from an earlier process. */
export interface EntryState {
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Of those, how many a process took with it when it died. */
  readonly lost: number;
  readonly isInFlight: boolean;
}

/**
 * A notification that waits in an outbox, or is being delivered. It is kept as JSON: a third of the memory of the object,
 * its exact size, and each attempt gets a notification that no attempt before has touched.
 */
export class Entry {
  readonly id: string;
  readonly key: string;
  readonly event: string;
  readonly severity: Severity;
  /** When it happened. */
  readonly timestampMillis: number;
  /** When it came to the outbox: Unix time. */
  readonly sinceMillis: number;
  readonly text: string;
  /** Bytes of the text. */
  readonly bytes: number;
  attempts: number;
  lost: number;
  isInFlight: boolean;
  /** Delivered, or given up: nothing that comes later changes that. */
  isSettled = false;
  /** Most that are delivered along with it: lowered to find the one for which a batch was refused. */
  batchLimit: number = Number.POSITIVE_INFINITY;
  /** Message of its last failure. */
  lastError: string | undefined = undefined;
  /** Place in the order of its channel. */
  order = 0;
  /** When it came to this process: monotonic time. */
  arrivedMillis: number = Number.NEGATIVE_INFINITY;
  /** Since when it waits, in an earlier process too: monotonic time, which a clock that is set does not change. */
  waitsSinceMillis: number = Number.NEGATIVE_INFINITY;
  /** An earlier process has left it, and this one has not tried it yet: its deadline may have passed while nobody could try. */
  isOwed = false;
  /** Where it is kept; `undefined`: in memory only. */
  journal: Journal | undefined = undefined;
  /** Its number there. */
  sequence = 0;
  /** The file that has it; `undefined`: it is not on disk yet. */
  segment: Segment | undefined = undefined;

  constructor(notification: Notification, sinceMillis: number, state?: EntryState) {
    this.id = notification.id;
    this.key = notification.key;
    this.event = notification.event;
    this.severity = notification.severity;
    this.timestampMillis = notification.timestampMillis;
    this.sinceMillis = sinceMillis;
    this.text = JSON.stringify(notification);
    this.bytes = Buffer.byteLength(this.text);
    this.attempts = state?.attempts ?? 0;
    this.lost = state?.lost ?? 0;
    this.isInFlight = state?.isInFlight ?? false;
  }

  /** The notification, new each time. */
  notification(): Notification {
    return JSON.parse(this.text) as Notification;
  }
}
