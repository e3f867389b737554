import { DeliveryError } from '../delivery-error.ts';
import { cutText, oneLine } from '../text.ts';
import type { Answer } from './answer.ts';
import { retryAfterMillis } from './retry-after.ts';
import type { Strike } from './secrets.ts';

/** Too early, too slow, too many: 4xx that a later attempt can cure (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4). */
const TEMPORARY_4XX: ReadonlySet<number> = new Set([408, 425, 429]);
/** Characters of an answer that a message quotes. */
const MAX_QUOTED = 200;

/** What a receiver said against a delivery, where its status alone does not say it. */
export interface Refusal {
  /** Default: the beginning of the answer, when it is text. */
  readonly reason?: string;
  /** Default: what the status means; of a 2xx `false`. */
  readonly permanent?: boolean;
  /** Default: `Retry-After`. */
  readonly retryAfterMillis?: number | undefined;
}

/** Whether trying again cannot help, by status. */
export function isPermanent(status: number): boolean {
  return status < 500 && !TEMPORARY_4XX.has(status);
}

/** A page that says 2xx is of what stands in between: a login, a proxy. Told by its text: Slack calls its `ok` text/html. */
export function pageInstead({ status, text }: Answer): Refusal | undefined {
  if (status >= 300 || !isMarkup(text)) return undefined;
  return { reason: 'a page, as of a login or a proxy in between; nothing tells that it has arrived' };
}

/** The error of an answer that is a refusal. `who` is the receiver in words. */
export function refusalError(
  who: string,
  answer: Answer,
  refusal: Refusal | undefined,
  strike: Strike,
): DeliveryError {
  const { status, headers } = answer;
  if (status >= 300 && status < 400) return redirectError(who, answer, strike);
  const permanent = refusal?.permanent ?? (status >= 300 && isPermanent(status));
  const pause =
    refusal?.retryAfterMillis ?? retryAfterMillis(headers.get('retry-after'), headers.get('date'));
  const reason = refusal?.reason ?? textOf(answer);
  const quoted = oneLine(strike(reason), MAX_QUOTED);
  return new DeliveryError(`${who} answered ${status}${quoted === '' ? '' : `: ${quoted}`}`, {
    permanent,
    status,
    ...(permanent || pause === undefined ? {} : { retryAfterMillis: pause }),
  });
}

function redirectError(who: string, { status, headers }: Answer, strike: Strike): DeliveryError {
  const location = headers.get('location') ?? '';
  const target = URL.canParse(location) ? ` to ${cutText(strike(new URL(location).origin), MAX_QUOTED)}` : '';
  const fix = 'set the address that it leads to: what is secret is not sent where nobody has said it may go';
  return new DeliveryError(`${who} redirects${target} (${status}); ${fix}`, { permanent: true, status });
}

/** Half an answer may end in half a secret, which nothing would recognise. */
function textOf({ text, isComplete, headers }: Answer): string {
  const type = headers.get('content-type') ?? '';
  return isComplete && !/html|xml/i.test(type) && !isMarkup(text) ? text : '';
}

function isMarkup(text: string): boolean {
  return /^\s*</.test(text);
}
