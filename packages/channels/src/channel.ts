import type { DeliveryError } from './delivery-error.ts';
import type { Notification } from './notification.ts';
import type { ChannelSettings } from './settings.ts';

/** What a delivery is told. */
export interface DeliveryContext {
  /**
   * Aborted when the time for this attempt is over, or the channel is closed. What is sent after that may have been sent again
   * meanwhile, or given up, and then is out of order.
   */
  readonly signal: AbortSignal;
  /** 1 for the first attempt of what is delivered; of a batch, that of its oldest. */
  readonly attempt: number;
}

/** A notification of a batch that was not taken, while others were. */
export interface Rejection {
  /** `id` of the notification. */
  readonly id: string;
  readonly error: DeliveryError;
}

/**
 * Where notifications go. Queueing, retries, rate limits and the rest are the outbox's: an implementation only sends,
 * once, what it is given, and says what became of it. `channelConformance` of `@org/instrument-channels/conformance` is what every
 * implementation must pass.
 */
export interface Channel {
  /** Tells it from the other channels: in metrics, messages and the directory of its outbox. */
  readonly name: string;
  /** What it wants to have, and how it is delivered. Left out: the defaults. */
  readonly settings?: ChannelSettings;
  /** Most notifications that `deliver` takes at once. Default 1. */
  readonly maxBatch?: number;
  /**
   * Sends notifications, at least one, those of one key in order. Resolves when the receiver has all of them, save those
   * it returns.
   *
   * @throws {DeliveryError} when it has none of them: whether trying again can help, and when. Any other error is taken
   * for one where it can.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: what an async function without a return gives.
  deliver(batch: readonly Notification[], context: DeliveryContext): Promise<void | readonly Rejection[]>;
  /** Gives back what it holds. Called once, after the last `deliver` has settled. */
  close?(): void | Promise<void>;
}
