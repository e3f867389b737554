import { ownText, reasonOf } from '@org/instrument-core';
import type { Blame } from './blamed-error.ts';

/** Characters of a message that are kept: an answer may quote a whole page. */
const MAX_MESSAGE = 1_000;

/** What went wrong with a delivery, whatever it was that was thrown. */
export interface Failure {
  readonly message: string;
  readonly isPermanent: boolean;
  readonly retryAfterMillis: number | undefined;
  readonly status: number | undefined;
  readonly isTimeout: boolean;
  /** `undefined`: it may be about what was sent. */
  readonly blame: Blame | undefined;
}

/**
 * Reads what a channel has thrown. Read by its members, not by its class: there may be two copies of the package. Never throws.
 */
export function failureOf(error: unknown): Failure {
  const message = reasonOf(error);
  return {
    // Kept with what waits: an error may quote a part of an answer that nobody needs any more.
    message: ownText(message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message),
    isPermanent: memberOf(error, 'permanent') === true,
    retryAfterMillis: positive(memberOf(error, 'retryAfterMillis')),
    status: positive(memberOf(error, 'status')),
    isTimeout: false,
    blame: blameOf(error),
  };
}

/** Unauthorized, not found, gone (RFC 9110, 15.5.2, 15.5.5, 15.5.11). A 403 may well be a firewall's that dislikes one text. */
const OF_SENDER: ReadonlySet<number> = new Set([401, 404, 410]);
/** Codes of streams that take nothing any more. */
const GONE: readonly unknown[] = ['EPIPE', 'EBADF', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'];

/** Whether a refusal is of who sends, of where to, or of whom for: then no part of a batch fares better than all of it. */
export function isOfAll({ isPermanent, status = 0, blame }: Failure): boolean {
  const isRedirect = status >= 300 && status < 400;
  return isPermanent && (blame !== undefined || isRedirect || OF_SENDER.has(status));
}

/** Whether failures tell that the receiver is in trouble: it has answered where one is for good, or of whom it was for. */
export function areOfReceiver(failures: readonly Failure[]): boolean {
  const isEachTemporary = failures.every(({ isPermanent }) => !isPermanent);
  return isEachTemporary && failures.some(({ blame }) => blame !== 'recipient');
}

/** An attempt that has not ended in time. */
export function timeoutFailure(millis: number): Failure {
  return {
    message: `no answer within ${Math.round(millis)} ms`,
    isPermanent: false,
    retryAfterMillis: undefined,
    status: undefined,
    isTimeout: true,
    blame: undefined,
  };
}

function blameOf(error: unknown): Blame | undefined {
  const blame = memberOf(error, 'blame');
  if (blame === 'sender' || blame === 'recipient') return blame;
  return GONE.includes(memberOf(memberOf(error, 'cause'), 'code')) ? 'sender' : undefined;
}

function memberOf(error: unknown, key: string): unknown {
  try {
    return typeof error === 'object' && error !== null
      ? (error as Readonly<Record<string, unknown>>)[key]
      : undefined;
  } catch {
    return undefined;
  }
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
