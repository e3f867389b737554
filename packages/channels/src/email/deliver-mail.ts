import type { Rejection } from '../channel.ts';
import { BlamedError } from '../delivery/blamed-error.ts';
import { asForAll } from '../delivery/for-one.ts';
import type { TakenInPart } from '../delivery/taken-in-part.ts';
import type { DeliveryError } from '../delivery-error.ts';
import type { Notification } from '../notification.ts';
import { mailboxOf } from './address.ts';
import type { Behind } from './behind.ts';
import type { Mailer } from './mailer.ts';
import { halvesOf, mailsOf, type PlannedMail } from './mails.ts';
import { mailOf } from './message.ts';
import type { Envelope } from './options.ts';
import { type Refused, SmtpFailures } from './smtp-failure.ts';

interface Post {
  readonly mailer: Mailer;
  readonly behind: Behind;
  readonly envelope: Envelope;
}

/**
 * Sends a batch as one mail, or as several where recipients lack something that others have; tells what did not arrive. A mail that
 * any recipient has, has arrived: those that lack it are told along with it.
 *
 * @throws {DeliveryError} when nothing of it arrived, all for the same reason.
 */
export async function deliverMail(
  post: Post,
  batch: readonly Notification[],
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  const mails = [...mailsOf(batch, everybodyOf(post.envelope), post.behind)];
  const isOne = mails.length === 1;
  const rejections: (Rejection | TakenInPart)[] = [];
  for (const mail of mails) {
    const found = await sendMail(post, mail, signal);
    const [first] = found;
    if (first === undefined) continue;
    if (isOne && !('lacking' in first)) throw first.error;
    if (mail.notifications.length > 1 && isOfWhatItSays(first.error)) mails.push(...halvesOf(mail));
    else rejections.push(...found);
  }
  return rejections;
}

function everybodyOf({ to, cc, bcc }: Envelope): readonly string[] {
  const byMailbox = new Map<string, string>();
  for (const { address } of [...to, ...cc, ...bcc]) {
    const mailbox = mailboxOf(address);
    if (!byMailbox.has(mailbox)) byMailbox.set(mailbox, address);
  }
  return [...byMailbox.values()];
}

async function sendMail(
  { mailer, behind, envelope }: Post,
  { notifications, recipients, skipped, isForOne }: PlannedMail,
  signal: AbortSignal,
): Promise<readonly (Rejection | TakenInPart)[]> {
  if (recipients.length === 0) return [];
  const failures = new SmtpFailures(mailer.server);
  const all = notifications.map(asForAll);
  let refused: readonly Refused[];
  try {
    const sent = await mailer.send(mailOf(envelope, all, recipients), signal, () => failures.late());
    refused = failures.refused(sent, recipients);
  } catch (error) {
    refused = failures.refused(error, recipients);
    // Not about recipients: the server, the network, or the time.
    if (refused.length === 0) return rejected(notifications, failures.of(error));
  }
  const isTaken = refused.length < recipients.length;
  if (isTaken || isForOne) {
    for (const recipient of recipients) {
      const isLacking = refused.some((one) => one.recipient === recipient && !one.error.permanent);
      for (const { key } of all) behind.set(key, recipient, isLacking);
    }
  }
  if (!isTaken) return rejected(notifications, failures.ofAll(refused, isForOne));
  const lacking = [...refused, ...skipped.map((recipient) => ({ recipient }))];
  if (lacking.length === 0) return [];
  const error = failures.lacking(lacking.map(({ recipient }) => recipient));
  return notifications.map(({ id }) => ({ id, error, lacking }));
}

/** Of several mails the outbox cannot tell which was refused for one notification, and does not divide it. */
function isOfWhatItSays(error: DeliveryError): boolean {
  return error.permanent && !(error instanceof BlamedError);
}

function rejected(notifications: readonly Notification[], error: DeliveryError): readonly Rejection[] {
  return notifications.map(({ id }) => ({ id, error }));
}
