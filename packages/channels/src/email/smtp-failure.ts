import { reasonOf } from '@org/instrument-core';
import { DeliveryError } from '../delivery-error.ts';
import { cutText, oneLine } from '../notification/text.ts';
import type { Server } from './server.ts';

/** What a server says is told as far as that. */
const MAX_REASON = 300;
/** Codes of nodemailer for what trying again does not change: a password that is wrong, TLS that is not offered. */
const PERMANENT_CODES: readonly unknown[] = ['ENOAUTH', 'EOAUTH2'];

/** A recipient that a server did not take. */
export interface Refused {
  readonly recipient: string;
  readonly permanent: boolean;
  readonly error: DeliveryError;
}

/** Makes errors of what nodemailer says went wrong, without the password, in whatever form it is repeated. */
export class SmtpFailures {
  readonly #who: string;
  readonly #secrets: readonly string[];

  constructor({ host, port, auth }: Server) {
    this.#who = `The mail server (${host}:${port})`;
    this.#secrets = auth === undefined ? [] : formsOf(auth);
  }

  /** Replies of 4xx are temporary, of 5xx permanent (RFC 5321, 4.2.1); without a reply it is the network. */
  of(error: unknown): DeliveryError {
    const { responseCode: status, code } = (error ?? {}) as { responseCode?: unknown; code?: unknown };
    const hasReply = typeof status === 'number' && status >= 400 && status < 600;
    const permanent = hasReply ? status >= 500 : PERMANENT_CODES.includes(code);
    const reason = cutText(oneLine(this.#withoutSecrets(reasonOf(error)), MAX_REASON * 4), MAX_REASON);
    const verb = hasReply ? 'refused' : 'could not be used';
    return new DeliveryError(`${this.#who} ${verb}: ${reason}`, {
      permanent,
      ...(hasReply ? { status } : {}),
    });
  }

  late(): DeliveryError {
    return new DeliveryError(`${this.#who} did not answer before the attempt was ended`);
  }

  /** Recipients that were refused, of what nodemailer resolves to, or of the error that it rejects with. */
  refused(outcome: unknown): Refused[] {
    const { rejectedErrors } = (outcome ?? {}) as { rejectedErrors?: unknown };
    if (!Array.isArray(rejectedErrors)) return [];
    return rejectedErrors.flatMap((rejected: unknown) => {
      const { recipient } = (rejected ?? {}) as { recipient?: unknown };
      if (typeof recipient !== 'string') return [];
      const error = this.of(rejected);
      return [{ recipient, permanent: error.permanent, error }];
    });
  }

  #withoutSecrets(text: string): string {
    return this.#secrets.reduce((safe, secret) => safe.replaceAll(secret, '[…]'), text);
  }
}

/** A password as it is, and as PLAIN and LOGIN send it (RFC 4616, 2). */
function formsOf({ user, pass }: { readonly user: string; readonly pass: string }): string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [base64(`\u0000${user}\u0000${pass}`), base64(pass), pass, encodeURIComponent(pass)];
}
