import type { ConnectionOptions } from 'node:tls';
import type { Channel } from '../channel.ts';
import type { ChannelSettings } from '../settings.ts';
import { Behind } from './behind.ts';
import { deliverMail } from './deliver-mail.ts';
import { Mailer } from './mailer.ts';
import { readOptions } from './options.ts';

/** Notifications of one digest. */
const MAX_BATCH = 50;

/** What {@link email} is given: the server, by `url` or by its parts, and who writes to whom. */
export interface EmailOptions extends ChannelSettings {
  /** Default `email`. */
  readonly name?: string | undefined;
  /** `smtps://user:password@smtp.example.com`, or `smtp:` with STARTTLS; instead of `host`, `port`, `secure` and `auth`. */
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  /** Default 465 where the connection is `secure`, else 587. */
  readonly port?: number | undefined;
  /** TLS from the beginning. Default: whether the port is 465. */
  readonly secure?: boolean | undefined;
  /**
   * Nothing is sent without STARTTLS. Default `true`, save for a server on this machine, which has no network in between. With `false`
   * mails, and the password, can be read on the way where the server offers none.
   */
  readonly requireTLS?: boolean | undefined;
  readonly auth?: { readonly user: string; readonly pass: string } | undefined;
  /** Further options of TLS: `ca`, `servername`. Certificates are checked, save that of a server on this machine. */
  readonly tls?: ConnectionOptions | undefined;
  /** `alerts@example.com`, or `Alerts <alerts@example.com>`. */
  readonly from: string;
  readonly to?: string | readonly string[] | undefined;
  readonly cc?: string | readonly string[] | undefined;
  readonly bcc?: string | readonly string[] | undefined;
  readonly replyTo?: string | undefined;
}

/**
 * Sends notifications by SMTP, with nodemailer, which must be installed beside. Several that wait are one mail. Mails of one key
 * are one conversation to mail clients.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options;
 * `INSTRUMENT_DEPENDENCY_MISSING` when nodemailer is not installed.
 */
export function email(options: EmailOptions): Channel {
  const { name, settings, server, envelope } = readOptions(options);
  const mailer = new Mailer(server);
  const behind = new Behind();
  return {
    name,
    settings,
    maxBatch: MAX_BATCH,
    deliver: (batch, { signal }) => deliverMail({ mailer, behind, envelope }, batch, signal),
    close: () => mailer.close(),
  };
}
