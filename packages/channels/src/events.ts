import type { CircuitState } from '@org/instrument-core';
import type { DeadLetter } from './channels.ts';

/**
 * An attempt to deliver has failed. Not said of notifications that are about channels themselves: two channels that fail would
 * go on telling each other.
 */
export interface ChannelDeliveryFailedEvent {
  readonly channel: string;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  /** 1 for the first; of a batch, that of its oldest. */
  readonly attempt: number;
  /** Notifications that were not taken. */
  readonly notifications: number;
  readonly durationMillis: number;
  readonly error: string;
  /** Status of an HTTP answer, or the reply code of SMTP. */
  readonly status: number | undefined;
  /** Trying again cannot help. */
  readonly permanent: boolean;
  /** How long until the next attempt, if nothing else holds it up; `undefined`: there is none. */
  readonly retryInMillis: number | undefined;
}

/** A notification was given up. Not said of those that are about channels themselves. */
export type ChannelNotificationDeadEvent = DeadLetter;

/** A channel is left alone after failures, or tried again. */
export interface ChannelCircuitChangedEvent {
  readonly channel: string;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  readonly from: CircuitState;
  readonly to: CircuitState;
  /** Message of the last failure, when there was one. */
  readonly reason: string | undefined;
  /** Notifications that wait. */
  readonly waiting: number;
}

/** Names and payloads of the events of channels. */
export interface ChannelEventMap {
  'channel.delivery.failed': ChannelDeliveryFailedEvent;
  'channel.notification.dead': ChannelNotificationDeadEvent;
  'channel.circuit.changed': ChannelCircuitChangedEvent;
}

/** Whether an event is one of those that channels say of themselves. */
export function isAboutChannels(event: string): boolean {
  return event.startsWith('channel.');
}

declare module '@org/instrument-core' {
  interface EventMap extends ChannelEventMap {}
}
