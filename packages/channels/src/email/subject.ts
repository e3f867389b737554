import type { Notification } from '../notification.ts';
import { oneLine } from '../text.ts';

/** Subject of a mail of one: what it is, of which service, and what has happened. */
export function subjectOf({ severity, phase, title, source, event }: Notification): string {
  const word = phase === 'resolved' || phase === 'acknowledged' ? phase : severity;
  // Some titles say it themselves.
  const said = title.toLowerCase().startsWith(`${word}: `) ? title.slice(word.length + 2) : title;
  const { service } = source;
  const isOwn = service === undefined || service === '' || said.startsWith(service);
  return `[${word}] ${isOwn ? '' : `${service}: `}${said === '' ? event : said}`;
}

/** Subject of a mail, in one line, never empty. */
export function mailSubject(batch: readonly Notification[]): string {
  const [first] = batch;
  const line = oneLine(first?.title ?? '') || oneLine(first?.event ?? '') || 'Notification';
  return batch.length < 2 ? line : oneLine(`${batch.length} notifications: ${line}`);
}
