import type { Duration } from '@org/instrument-core';
import type { Notification, Severity } from './notification.ts';

/**
 * Text of a notification: `'{{severity}}: {{title}} ({{payload.reason}})'`, where a path that leads nowhere is empty, or a
 * function, which must return a text.
 */
export type Template = string | ((notification: Notification) => string);

/** At most `count` deliveries in each stretch of `per`; a batch is one delivery. */
export interface RateLimit {
  readonly count: number;
  readonly per: Duration;
}

/** Pauses between attempts: doubled each time, from `initialDelay` to `maxDelay`, each between half of it and all of it. */
export interface RetrySettings {
  /** Default 1 s. */
  readonly initialDelay?: Duration | undefined;
  /** Default 5 min. */
  readonly maxDelay?: Duration | undefined;
  /** Attempts before it is given up. Default: none but the deadline bounds them. */
  readonly maxAttempts?: number | undefined;
}

/** When a channel that fails is left alone. */
export interface CircuitBreakerSettings {
  /** Failures in a row that open it. Default 5. */
  readonly failures?: number | undefined;
  /** How long it stays open before one delivery is tried; doubled, up to ten times this, while that fails. Default 30 s. */
  readonly pause?: Duration | undefined;
}

/** What waits in a channel's outbox. Beyond, the oldest of the least severe goes to the dead letters. */
export interface QueueSettings {
  /** Default 10,000. */
  readonly maxNotifications?: number | undefined;
  /** Bytes of their JSON. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
}

/** What all channels can be told: what they want to have, how it reads, and how it is delivered. */
export interface ChannelSettings {
  /**
   * Names of events, or patterns that end with a star; one that begins with `!` takes away what those before it gave. Default
   * of channels for people: what tells of trouble, and of its end. Of logs, files and webhooks: everything save
   * `performance.*`, progress, single runs of health checks, and what is said twice or by channels of themselves.
   */
  readonly events?: string | readonly string[] | undefined;
  /** Less severe ones are left out, save the end of what was severe enough. Default `info`; of channels for people `warning`. */
  readonly minSeverity?: Severity | undefined;
  /** Leaves out what it returns `false` for. One that throws leaves nothing out. */
  readonly filter?: ((notification: Notification) => boolean) | undefined;
  /** Default: what the event says of itself. */
  readonly title?: Template | undefined;
  /** Default: what the event says of itself. */
  readonly text?: Template | undefined;
  /** Time for one attempt. Default 10 s. */
  readonly timeout?: Duration | undefined;
  /** How long delivery is tried; then it is a dead letter. Default one day. */
  readonly deadline?: Duration | undefined;
  readonly retry?: RetrySettings | undefined;
  /** Default: none, or what the receiver is known to allow. */
  readonly rateLimit?: RateLimit | false | undefined;
  readonly circuitBreaker?: CircuitBreakerSettings | false | undefined;
  readonly queue?: QueueSettings | undefined;
  /** How long the first of a batch waits for others. Default 0; 1 s where many are sent at once (Elastic, Splunk). */
  readonly batchDelay?: Duration | undefined;
  /** Most notifications of one delivery. Default: what the channel takes. */
  readonly batchSize?: number | undefined;
}
