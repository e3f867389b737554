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
  readonly initialDelay?: Duration;
  /** Default 5 min. */
  readonly maxDelay?: Duration;
  /** Attempts before it is given up. Default: none but the deadline bounds them. */
  readonly maxAttempts?: number;
}

/** When a channel that fails is left alone. */
export interface CircuitBreakerSettings {
  /** Failures in a row that open it. Default 5. */
  readonly failures?: number;
  /** How long it stays open before one delivery is tried; doubled, up to ten times this, while that fails. Default 30 s. */
  readonly pause?: Duration;
}

/** What waits in a channel's outbox. Beyond, the oldest of the least severe goes to the dead letters. */
export interface QueueSettings {
  /** Default 10,000. */
  readonly maxNotifications?: number;
  /** Bytes of their JSON. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** What all channels can be told: what they want to have, how it reads, and how it is delivered. */
export interface ChannelSettings {
  /**
   * Names of events, or patterns that end with a star; one that begins with `!` takes away what those before it gave. Default
   * of channels for people: what tells of trouble, and of its end. Of logs, files and webhooks: everything save
   * `performance.*`, progress, single runs of health checks, and what is said twice or by channels of themselves.
   */
  readonly events?: string | readonly string[];
  /** Less severe ones are left out, save the end of what was severe enough. Default `info`; of channels for people `warning`. */
  readonly minSeverity?: Severity;
  /** Leaves out what it returns `false` for. One that throws leaves nothing out. */
  readonly filter?: (notification: Notification) => boolean;
  /** Default: what the event says of itself. */
  readonly title?: Template;
  /** Default: what the event says of itself. */
  readonly text?: Template;
  /** Time for one attempt. Default 10 s. */
  readonly timeout?: Duration;
  /** How long delivery is tried; then it is a dead letter. Default one day. */
  readonly deadline?: Duration;
  readonly retry?: RetrySettings;
  /** Default: none, or what the receiver is known to allow. */
  readonly rateLimit?: RateLimit | false;
  readonly circuitBreaker?: CircuitBreakerSettings | false;
  readonly queue?: QueueSettings;
  /** How long the first of a batch waits for others. Default 0; 1 s where many are sent at once (Elastic, Splunk). */
  readonly batchDelay?: Duration;
  /** Most notifications of one delivery. Default: what the channel takes. */
  readonly batchSize?: number;
}
