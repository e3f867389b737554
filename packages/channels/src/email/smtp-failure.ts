import { reasonOf } from '@org/instrument-core';
import { BlamedError } from '../delivery/blamed-error.ts';
import { DeliveryError } from '../delivery-error.ts';
import { cutText, oneLine } from '../text.ts';
import { mailboxOf } from './address.ts';
import type { Server } from './server.ts';

/** What a server says is told as far as that. */
const MAX_REASON = 300;
/** Codes of nodemailer for what trying again does not change: a password that is not there, or not got. */
const PERMANENT_CODES: readonly unknown[] = ['ENOAUTH', 'EOAUTH2'];
/** Commands before the mail, as nodemailer names them: what is refused then is refused whatever the mail says. */
const BEFORE_MAIL = /^(?:CONN|EHLO|HELO|STARTTLS|AUTH\b.*|MAIL FROM)$/;
/** The announced size is too large (RFC 1870, 6.1), which is about the mail. */
const TOO_LARGE = 552;
const NO_TLS =
  'where the server has no TLS, requireTLS: false sends without; mails, and a password, can then be read on the way';

/** A recipient that a server did not take. */
export interface Refused {
  readonly recipient: string;
  readonly error: DeliveryError;
}

/** What is read of an error of nodemailer. */
interface SmtpError {
  readonly responseCode?: unknown;
  readonly code?: unknown;
  readonly command?: unknown;
}

/** Makes errors of what nodemailer says went wrong, without the password, in whatever form it is repeated. */
export class SmtpFailures {
  readonly #server: Server;
  readonly #who: string;
  readonly #secrets: readonly string[];

  constructor(server: Server) {
    const { host, port, auth } = server;
    this.#server = server;
    this.#who = `The mail server (${host}:${port})`;
    this.#secrets = auth === undefined ? [] : formsOf(auth);
  }

  /** Replies of 4xx are temporary, of 5xx permanent (RFC 5321, 4.2.1); without a reply it is the network. */
  of(error: unknown): DeliveryError {
    if (error instanceof DeliveryError) return error;
    const { responseCode, code, command } = (error ?? {}) as SmtpError;
    const status = replyOf(responseCode);
    const permanent = status === undefined ? PERMANENT_CODES.includes(code) : status >= 500;
    const isWithoutTls = permanent && command === 'STARTTLS' && this.#server.requireTLS;
    const verb = status === undefined ? 'could not be used' : 'refused';
    const message = `${this.#who} ${verb}: ${this.#reasonOf(error)}${isWithoutTls ? `; ${NO_TLS}` : ''}`;
    const options = { permanent, ...(status === undefined ? {} : { status }) };
    const isOfSender = permanent && status !== TOO_LARGE && isBeforeMail(code, command);
    return isOfSender ? new BlamedError(message, 'sender', options) : new DeliveryError(message, options);
  }

  late(): DeliveryError {
    return new DeliveryError(`${this.#who} did not answer before the attempt was ended`);
  }

  /** Those of a mail's recipients that were refused, by what nodemailer resolves to, or the error that it rejects with. */
  refused(outcome: unknown, recipients: readonly string[]): Refused[] {
    const { rejectedErrors } = (outcome ?? {}) as { rejectedErrors?: unknown };
    if (!Array.isArray(rejectedErrors)) return [];
    return rejectedErrors.flatMap((rejected: unknown) => {
      const { recipient: named, responseCode } = (rejected ?? {}) as SmtpError & { recipient?: unknown };
      if (typeof named !== 'string') return [];
      const recipient = recipients.find((one) => mailboxOf(one) === mailboxOf(named)) ?? named;
      const status = replyOf(responseCode);
      const message = `${this.#who} refused ${recipient}: ${this.#reasonOf(rejected)}`;
      const options = { permanent: (status ?? 0) >= 500, ...(status === undefined ? {} : { status }) };
      return [{ recipient, error: new BlamedError(message, 'recipient', options) }];
    });
  }

  /** The error of a mail that no recipient took. One that is refused for now is tried again, and with it the others. */
  ofAll(refused: readonly Refused[], isForOne: boolean): DeliveryError {
    const errors = refused
      .map(({ error }) => error)
      .sort((a, b) => Number(a.permanent) - Number(b.permanent));
    const [first = this.late()] = errors;
    if (isForOne) return first;
    const { permanent, status } = first;
    const message = errors.map((error) => error.message).join('; ');
    const options = { permanent, ...(status === undefined ? {} : { status }) };
    // A server that takes nobody for now is in trouble, as one that is away.
    return permanent ? new BlamedError(message, 'recipient', options) : new DeliveryError(message, options);
  }

  /** The error of a mail that others have. */
  lacking(recipients: readonly string[]): DeliveryError {
    return new DeliveryError(`${this.#who} has not taken it for ${recipients.join(', ')}`);
  }

  #reasonOf(error: unknown): string {
    const reason = this.#secrets.reduce((safe, secret) => safe.replaceAll(secret, '[…]'), reasonOf(error));
    return cutText(oneLine(reason, MAX_REASON * 4), MAX_REASON);
  }
}

function replyOf(status: unknown): number | undefined {
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

function isBeforeMail(code: unknown, command: unknown): boolean {
  return PERMANENT_CODES.includes(code) || (typeof command === 'string' && BEFORE_MAIL.test(command));
}

/** A password as it is, and as PLAIN and LOGIN send it (RFC 4616, 2). */
function formsOf({ user, pass }: { readonly user: string; readonly pass: string }): string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [base64(`\u0000${user}\u0000${pass}`), base64(pass), pass, encodeURIComponent(pass)];
}
