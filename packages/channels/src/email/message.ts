import { createHash } from 'node:crypto';
import { type Notification, SEVERITIES } from '../notification.ts';
import { type Address, domainOf } from './address.ts';
import { htmlBody, textBody } from './body.ts';
import type { Envelope } from './options.ts';
import { mailSubject } from './subject.ts';

/** A mail as nodemailer takes it. */
export interface Mail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo?: Address;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly priority: 'high' | 'normal' | 'low';
  readonly headers: Readonly<Record<string, string>>;
  readonly disableFileAccess: true;
  readonly disableUrlAccess: true;
}

/** Text that can stand in a message id as it is (RFC 5322, 3.2.3, `dot-atom-text`, without what needs care). */
const PLAIN_ID = /^[\w+-]+(?:\.[\w+-]+)*$/;
const MAX_ID = 200;

/**
 * The mail of one notification or several. Its id comes from theirs, so that a repeated one can be told; that it belongs to the
 * mails about the same, mail clients see by a reference to a first one that there need not be (RFC 5322, 3.6.4).
 *
 * @param recipients those who get it; the headers name all of the envelope.
 */
export function mailOf(
  envelope: Envelope,
  batch: readonly Notification[],
  recipients: readonly string[],
): Mail {
  const { from, to, cc, replyTo } = envelope;
  const domain = domainOf(from);
  const topics = new Set(batch.map(topicOf));
  const thread = topics.size === 1 ? `<${hashOf([...topics].join())}.key@${domain}>` : undefined;
  return {
    envelope: { from: from.address, to: recipients },
    from,
    to,
    cc,
    ...(replyTo === undefined ? {} : { replyTo }),
    subject: mailSubject(batch),
    text: textBody(batch),
    html: htmlBody(batch),
    messageId: `<${idOf(batch)}@${domain}>`,
    ...(thread === undefined ? {} : { inReplyTo: thread, references: [thread] }),
    priority: priorityOf(batch),
    // RFC 3834, 5: no robot should answer.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    // Nothing in a mail is a path to be read, or an address to be loaded.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function idOf(batch: readonly Notification[]): string {
  const ids = batch.map(({ id }) => id);
  const [first = ''] = ids;
  if (ids.length > 1) return `digest.${hashOf(ids.join('\n'))}`;
  return PLAIN_ID.test(first) && first.length <= MAX_ID ? first : `id.${hashOf(first)}`;
}

/** What a conversation is about: the key, of this service in this environment. */
function topicOf({ source, key }: Notification): string {
  return [source.service, source.environment, key].join('\n');
}

/** High for what is bad and goes on; of what is over, nobody needs to hear at once. */
function priorityOf(batch: readonly Notification[]): Mail['priority'] {
  const open = batch.filter(({ phase }) => phase !== 'resolved' && phase !== 'acknowledged');
  const worst = Math.max(-1, ...open.map(({ severity }) => SEVERITIES.indexOf(severity)));
  if (worst >= SEVERITIES.indexOf('error')) return 'high';
  return worst >= SEVERITIES.indexOf('warning') ? 'normal' : 'low';
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
