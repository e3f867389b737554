import { type CircuitState, counted, type EventBus, reportFault, tell } from '@org/instrument-core';
import type { ChannelStatus, DeadLetter } from '../channels.ts';
import { isAboutChannels } from '../events.ts';
import { withReason } from '../notification/words.ts';
import type { Entry } from '../outbox/entry.ts';
import type { Clock } from './clock.ts';
import type { Failure } from './failure.ts';
import type { AttemptOutcome, LaneMetrics } from './metrics.ts';

/** Whom a lane tells what it does. */
export interface LaneReportOptions {
  readonly channel: string;
  readonly clock: Clock;
  readonly metrics: LaneMetrics;
  readonly events: EventBus;
  /** Keeps a dead letter; `undefined`: there is no place for it. */
  readonly bury: ((letter: DeadLetter) => void) | undefined;
}

/** What became of the notifications of a channel: counted, published and, where they were given up, kept. */
export class LaneReport {
  readonly #options: LaneReportOptions;
  #delivered = 0;
  #failures = 0;
  #dead = 0;
  #lastFailure: string | undefined;
  #isAtEnd = false;

  constructor(options: LaneReportOptions) {
    this.#options = options;
  }

  get counts(): Pick<ChannelStatus, 'delivered' | 'failures' | 'dead' | 'lastFailure'> {
    return {
      delivered: this.#delivered,
      failures: this.#failures,
      dead: this.#dead,
      lastFailure: this.#lastFailure,
    };
  }

  filtered(): void {
    this.#options.metrics.count('filtered');
  }

  attempt(outcome: AttemptOutcome, durationMillis: number): void {
    this.#options.metrics.attempt(outcome, durationMillis);
  }

  delivered(count: number): void {
    if (count === 0) return;
    this.#delivered += count;
    this.#lastFailure = undefined;
    this.#options.metrics.count('delivered', count);
  }

  /** An attempt failed for these, the first of which is the oldest. */
  failed(
    failure: Failure,
    entries: readonly Entry[],
    durationMillis: number,
    retryInMillis: number | undefined,
  ): void {
    this.#failures++;
    this.#lastFailure = failure.message;
    const { channel, clock, events } = this.#options;
    if (entries.every(({ event }) => isAboutChannels(event))) return;
    events.emit('channel.delivery.failed', {
      channel,
      timestampMillis: clock.unixMillis(),
      attempt: entries[0]?.attempts ?? 1,
      notifications: entries.length,
      durationMillis,
      error: failure.message,
      status: failure.status,
      permanent: failure.isPermanent,
      retryInMillis,
    });
  }

  /** A notification was given up. */
  dead(entry: Entry, reason: DeadLetter['reason'], error: string | undefined): void {
    this.#dead++;
    const { channel, clock, metrics, events, bury } = this.#options;
    metrics.count('dead');
    metrics.dead(reason);
    const letter: DeadLetter = {
      channel,
      timestampMillis: clock.unixMillis(),
      reason,
      attempts: entry.attempts,
      error,
      notification: entry.notification(),
    };
    if (bury !== undefined) bury(letter);
    if (!this.#isAtEnd) {
      reportFault(
        'channels',
        `delivering to the channel ${channel} (${reason})`,
        new Error(withReason(`${entry.event} was given up, ${triedOf(entry.attempts)}`, error)),
      );
    }
    if (!isAboutChannels(entry.event)) events.emit('channel.notification.dead', letter);
  }

  /** What is given up meanwhile is lost because all ends: it is told in one line, with how many there are. */
  atEnd(giveUp: () => void): void {
    const before = this.#dead;
    this.#isAtEnd = true;
    try {
      giveUp();
    } finally {
      this.#isAtEnd = false;
    }
    const lost = this.#dead - before;
    if (lost === 0) return;
    const what = `${counted(lost, 'notification')} for ${this.#options.channel} ${lost === 1 ? 'was' : 'were'} given up`;
    const last = this.#lastFailure === undefined ? '' : `; last failure: ${this.#lastFailure}`;
    const whose = lost === 1 ? 'it' : 'they';
    tell('error', `channels: ${what}: the end came before ${whose} could be delivered${last}`);
  }

  circuitChanged(from: CircuitState, to: CircuitState, waiting: number): void {
    const { channel, clock, events } = this.#options;
    events.emit('channel.circuit.changed', {
      channel,
      timestampMillis: clock.unixMillis(),
      from,
      to,
      reason: this.#lastFailure,
      waiting,
    });
  }
}

/** How often a notification was tried, in words. */
function triedOf(attempts: number): string {
  return attempts === 0 ? 'never tried' : `after ${counted(attempts, 'attempt')}`;
}
