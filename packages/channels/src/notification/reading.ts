import type { Notification, NotificationSource, Phase, Severity } from '../notification.ts';

/** What is read of an event: what its notification says. */
export interface Reading {
  readonly severity: Severity;
  /** Default `occurred`. */
  readonly phase?: Phase;
  readonly key: string;
  readonly title: string;
  /** Default: empty. */
  readonly text?: string;
  /** Whether the title of the end of a condition is to say how long it lasted. */
  readonly tellsDuration?: boolean;
  /** Whether it says that what it is about is well, until an event of its key says otherwise. Default `false`. */
  readonly isWell?: boolean;
  /** What holds instead when no condition of the key is open: then nothing has ended. */
  readonly unlessOpen?: Pick<Reading, 'severity' | 'phase' | 'title'>;
}

/** What an event said, made safe. */
export type Payload = Notification['payload'];

/** Reads the events of one room; `undefined` where it knows no such event, or it lacks what makes it one. */
export type EventReader = (
  event: string,
  payload: Payload,
  source: NotificationSource,
) => Reading | undefined;
