import { reportFault } from '@org/instrument-core';
import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { Notification } from '../notification.ts';
import type { Mailer } from './mailer.ts';
import { mailOf } from './message.ts';
import type { Envelope } from './options.ts';
import type { Settled } from './settled.ts';
import { type Refused, SmtpFailures } from './smtp-failure.ts';

interface Post {
  readonly mailer: Mailer;
  readonly settled: Settled;
  readonly envelope: Envelope;
}

/**
 * Sends a batch as one mail, or as several where some recipients have a part of it already; tells what did not arrive. A mail that
 * any recipient has, and none will take later, has arrived; who never takes it is reported.
 *
 * @throws {DeliveryError} when nothing of it arrived.
 */
export async function deliverMail(
  post: Post,
  batch: readonly Notification[],
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  const { to, cc, bcc } = post.envelope;
  const recipients = [...new Set([...to, ...cc, ...bcc].map(({ address }) => address))];
  const rejections: Rejection[] = [];
  for (const group of post.settled.groups(batch, recipients)) {
    const error = await sendTo(post, group.notifications, group.recipients, signal);
    if (error === undefined) continue;
    rejections.push(...group.notifications.map(({ id }) => ({ id, error })));
  }
  const [first] = rejections;
  if (first !== undefined && rejections.length === batch.length) throw first.error;
  return rejections;
}

/** Sends one mail; `undefined` when it has arrived. */
async function sendTo(
  { mailer, settled, envelope }: Post,
  batch: readonly Notification[],
  recipients: readonly string[],
  signal: AbortSignal,
): Promise<DeliveryError | undefined> {
  const failures = new SmtpFailures(mailer.server);
  let refused: readonly Refused[];
  try {
    const sent = await mailer.send(mailOf(envelope, batch, recipients), signal, () => failures.late());
    refused = failures.refused(sent);
  } catch (error) {
    refused = failures.refused(error);
    // Not about recipients: the server, the network, or the time.
    if (refused.length === 0) return error instanceof DeliveryError ? error : failures.of(error);
  }
  const later = refused.find(({ permanent }) => !permanent);
  const never = refused.find(({ permanent }) => permanent);
  const open = new Set(refused.filter(({ permanent }) => !permanent).map(({ recipient }) => recipient));
  const isTaken = refused.length < recipients.length;
  if (later !== undefined) {
    settled.add(
      batch,
      recipients.filter((one) => !open.has(one)),
      isTaken,
    );
    return later.error;
  }
  const hasArrived = isTaken || batch.some(({ id }) => settled.isTaken(id));
  settled.forget(batch);
  if (never === undefined) return undefined;
  if (!hasArrived) return never.error;
  reportFault('channels', 'e-mail to a recipient', never.error);
  return undefined;
}
