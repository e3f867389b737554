import { untraced } from '@org/instrument-core';
import { BlamedError } from '../delivery/blamed-error.ts';
import { DeliveryError } from '../delivery-error.ts';
import { type Answer, readAnswer } from './answer.ts';
import { pageInstead, type Refusal, refusalError } from './refusal.ts';
import { type Strike, striking } from './secrets.ts';

/** Bytes of an answer that are read. What receivers say of a message is a few hundred. */
const MAX_ANSWER_BYTES = 64 * 1_024;
const USER_AGENT = 'instrument-channels';
const BAD_PORT =
  'has a port that fetch sends nothing to, since it is another protocol\'s ("port blocking" of the Fetch standard); have it listen on another one';

/** One request. */
export interface Post {
  /** The receiver, as messages name it: `Slack`. */
  readonly receiver: string;
  /** Its address, without credentials. Path and query are secret: messages show the origin. */
  readonly url: string;
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT';
  /** Of those that JSON needs, `content-type` is there. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Ends the request at once. */
  readonly signal: AbortSignal;
  /** What must not be in a message even if the receiver quotes it: tokens, keys. */
  readonly secrets?: readonly string[];
  /** Bytes of the answer that are read. Default 64 KiB. */
  readonly maxAnswerBytes?: number;
  /**
   * Reads what the answer says in the receiver's own form; called whatever the status. Returns nothing where the status says
   * it all: 2xx is taken, 4xx but 408, 425 and 429 is permanent, as is a redirect, and the rest is temporary. A page is no success
   * of a receiver that has a form.
   */
  readonly judge?: (answer: Answer) => Refusal | undefined;
}

/**
 * Sends one request, and resolves to the answer when the receiver has taken it. Redirects are not followed, nothing is
 * tried twice, and no span is made of it. The connection is kept for the next one, without keeping the process alive.
 *
 * @throws {DeliveryError} otherwise; the message holds nothing of the address but its origin, and none of the secrets.
 */
export async function post(request: Post): Promise<Answer> {
  const { receiver, maxAnswerBytes = MAX_ANSWER_BYTES, signal } = request;
  const url = new URL(request.url);
  // Made when it is needed: most requests are taken.
  const strike: Strike = (text) => striking(url, request.secrets ?? [])(text);
  const who = `${receiver} (${url.origin})`;
  const response = await send(request, who, strike);
  const answer = await readAnswer(response, maxAnswerBytes, signal);
  const refusal = request.judge && (request.judge(answer) ?? pageInstead(answer));
  const isTaken = answer.status >= 200 && answer.status < 300 && refusal === undefined;
  if (!isTaken) throw refusalError(who, answer, refusal, strike);
  return answer;
}

async function send(request: Post, who: string, strike: Strike): Promise<Response> {
  const { url, method = 'POST', body, signal } = request;
  const headers = { 'content-type': 'application/json', 'user-agent': USER_AGENT, ...request.headers };
  try {
    return await untraced(() => fetch(url, { method, headers, body, signal, redirect: 'manual' }));
  } catch (error) {
    if (signal.aborted) throw new DeliveryError(`${who} did not answer before the attempt was ended`);
    if (isBadPort(error)) throw new BlamedError(`${who} ${BAD_PORT}`, 'sender', { permanent: true });
    throw new DeliveryError(`${who} cannot be reached${strike(reasonOf(error))}`);
  }
}

/** Which ports these are, is for fetch to say: the list grows. Its error has no code. */
function isBadPort(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port';
}

/**
 * Why fetch failed: the message of a cause that has a code, which is of the network or of TLS. Other messages quote what
 * they complain of (`"Bearer …" is an invalid header value`), and the error itself may carry raw bytes of the answer, so that
 * neither is passed on.
 */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return '';
  const { code } = cause as NodeJS.ErrnoException;
  if (typeof code !== 'string') return '';
  // An AggregateError of several addresses tried has a code and no message.
  return `: ${cause.message === '' ? code : cause.message}${cause.message.includes(code) ? '' : ` (${code})`}`;
}
