import type { BusEvent, CircuitState, Duration, EventBus, EventMap } from '@org/instrument-core';
import type { Channel } from './channel.ts';
import type { Notification, NotificationSource } from './notification.ts';

/** What {@link createChannels} is given. */
export interface ChannelsOptions {
  /** Where notifications go. */
  readonly to: readonly Channel[];
  /**
   * Where what is to be delivered is kept until it has been; made when it is not there. What a process leaves behind, the next one
   * delivers. Default: in memory, and lost with the process.
   */
  readonly directory?: string | undefined;
  /** Where events come from. Default: the bus of the process. */
  readonly events?: EventBus | undefined;
  /** Events that came before there was anybody to hear them; they go first. Default none. */
  readonly early?: readonly BusEvent<EventMap>[] | undefined;
  /** What notifications say of their source. Default: nothing but the host. */
  readonly source?: NotificationSource | undefined;
  /** How long `close()` goes on delivering. Default 5 s. */
  readonly closeTimeout?: Duration | undefined;
  /**
   * Whether what still waits when the process runs out of work is delivered, as far as that can be done within `closeTimeout`;
   * until then pauses, rate limits and batches that fill keep no process alive. `false` where somebody else sees to that, by
   * `flush()` or `close()`. Default `true`.
   */
  readonly deliverAtEnd?: boolean | undefined;
}

/** What a channel is doing. */
export interface ChannelStatus {
  readonly name: string;
  /** `open`: left alone after failures; `half-open`: one delivery is being tried. */
  readonly circuit: CircuitState;
  /** Notifications that wait, or are being delivered. */
  readonly waiting: number;
  /** When the oldest of those happened: Unix time in milliseconds. */
  readonly oldestMillis: number | undefined;
  readonly delivered: number;
  /** Attempts that failed. */
  readonly failures: number;
  /** Notifications that were given up. */
  readonly dead: number;
  /** Message of the last failure; `undefined` once a delivery has succeeded. */
  readonly lastFailure: string | undefined;
}

/** Events on their way to channels. */
export interface Channels {
  /** The directory is open, and what was left in it is on its way. Never rejects. */
  readonly ready: Promise<void>;
  status(): readonly ChannelStatus[];
  /** Waits until everything that is in the outboxes now was delivered or given up; `false` when the time was over first. */
  flush(timeout?: Duration): Promise<boolean>;
  /** Takes no more events, goes on delivering for a while, and gives everything back. Never rejects. */
  close(timeout?: Duration): Promise<void>;
}

/** What is given up, as the dead-letter file has it and `channel.notification.dead` says it. */
export interface DeadLetter {
  readonly channel: string;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  readonly reason: 'rejected' | 'deadline' | 'attempts' | 'overflow' | 'uncertain' | 'closed';
  readonly attempts: number;
  /** Message of the last failure. */
  readonly error: string | undefined;
  readonly notification: Notification;
}
