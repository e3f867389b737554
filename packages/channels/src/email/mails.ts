import { asForAll, recipientOf } from '../delivery/for-one.ts';
import type { Notification } from '../notification.ts';
import { mailboxOf } from './address.ts';
import type { Behind } from './behind.ts';

/** A mail that is to be sent. */
export interface PlannedMail {
  /** As they came from the outbox, in order. */
  readonly notifications: readonly Notification[];
  readonly recipients: readonly string[];
  /** They lack something earlier. */
  readonly skipped: readonly string[];
  /** Others have what is in it. */
  readonly isForOne: boolean;
}

/** The mails of a batch: those that go to the same recipients are one. */
export function mailsOf(
  batch: readonly Notification[],
  everybody: readonly string[],
  behind: Behind,
): readonly PlannedMail[] {
  const mails = new Map<string, PlannedMail & { readonly notifications: Notification[] }>();
  for (const notification of batch) {
    const whom = whomFor(notification, everybody, behind);
    const name = [String(whom.isForOne), ...whom.recipients].join('\n');
    const mail = mails.get(name) ?? { ...whom, notifications: [] };
    mail.notifications.push(notification);
    mails.set(name, mail);
  }
  return [...mails.values()];
}

/** The same in two mails: one of the notifications may be what the server does not want. */
export function halvesOf(mail: PlannedMail): readonly PlannedMail[] {
  const half = Math.ceil(mail.notifications.length / 2);
  return [
    { ...mail, notifications: mail.notifications.slice(0, half) },
    { ...mail, notifications: mail.notifications.slice(half) },
  ];
}

function whomFor(
  notification: Notification,
  everybody: readonly string[],
  behind: Behind,
): Omit<PlannedMail, 'notifications'> {
  const one = recipientOf(notification);
  if (one !== undefined) {
    // It may have been one of an earlier process, and be none any more.
    return {
      recipients: everybody.filter((each) => mailboxOf(each) === mailboxOf(one)),
      skipped: [],
      isForOne: true,
    };
  }
  const { key } = asForAll(notification);
  const skipped = everybody.filter((each) => behind.has(key, each));
  // Somebody has always taken the one that others lack.
  if (skipped.length === everybody.length) return { recipients: everybody, skipped: [], isForOne: false };
  const recipients = everybody.filter((each) => !skipped.includes(each));
  return { recipients, skipped, isForOne: false };
}
