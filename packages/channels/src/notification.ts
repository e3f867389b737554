import type { Severity } from '@org/instrument-core';

export { SEVERITIES, type Severity } from '@org/instrument-core';

/**
 * What a notification says about a condition that lasts: it has begun, somebody takes care of it, it is over. `occurred`
 * is of what does not last.
 */
export type Phase = 'occurred' | 'triggered' | 'acknowledged' | 'resolved';

/** A value of JSON. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Who it comes from: the resource of the process. What is not known is left out. */
export interface NotificationSource {
  readonly service?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly host?: string;
  /** `service.instance.id`. */
  readonly instance?: string;
}

/** An event of the bus as channels get it: safe to write as JSON, and with nothing in it that may change any more. */
export interface Notification {
  /** Different from every other one, and the same however often it is sent: receivers can leave out what they have. */
  readonly id: string;
  /** Name of the event: `alert.firing`, `health.status.changed`. */
  readonly event: string;
  /** When it happened: Unix time in milliseconds. */
  readonly timestampMillis: number;
  /** Of what ends a condition: how bad that was at its worst, so that whoever heard of it hears of its end. */
  readonly severity: Severity;
  readonly phase: Phase;
  /** What it is about (`health/database`). Notifications of one key arrive in order, and are one incident of a pager. */
  readonly key: string;
  /** One line, rendered. */
  readonly title: string;
  /** Any number of lines, rendered; may be empty. */
  readonly text: string;
  readonly source: NotificationSource;
  readonly traceId?: string;
  readonly spanId?: string;
  /** What the event said, at most 64 KiB of it, without what looks like a secret. */
  readonly payload: { readonly [key: string]: Json | undefined };
}
