import type { Notification } from '../notification.ts';

/** Level of a log entry: what is over, or taken care of, is no trouble any more. */
export function levelOf({ severity, phase }: Notification): Notification['severity'] {
  return phase === 'resolved' || phase === 'acknowledged' ? 'info' : severity;
}

/** Title and text as one message. */
export function messageOf({ title, text, event }: Notification): string {
  const line = title === '' ? event : title;
  return text === '' ? line : `${line}\n${text}`;
}
