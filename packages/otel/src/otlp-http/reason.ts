import { bytesOf } from '../otlp-transport/proto-fields.ts';
import type { Answer } from './post.ts';

/** Number of the field `message` of `google.rpc.Status`. */
const STATUS_MESSAGE = 2;
/** What no text has: control characters but tab and line ends, and what was no UTF-8. */
const NOT_IN_TEXT = /[^\P{Cc}\t\n\r]|\ufffd/u;

/** Whether an answer is a page for people, as a login or a user interface gives it to whatever it is asked. */
export function isPage({ body, contentType = '' }: Pick<Answer, 'body' | 'contentType'>): boolean {
  return body.length > 0 && /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType);
}

/**
 * Why a receiver refuses, in its own words: the message of a `Status` in protobuf or JSON (OTLP specification, "OTLP/HTTP
 * Response", "Failures"), or the text that others send. Empty where there is none, or a page.
 */
export function reasonIn(answer: Pick<Answer, 'body' | 'contentType'>): string {
  const { body, contentType = '' } = answer;
  if (/protobuf/i.test(contentType)) return statusMessage(body);
  const text = Buffer.from(body).toString().trim();
  if (isPage(answer) || text.startsWith('<') || NOT_IN_TEXT.test(text)) return '';
  return jsonMessage(text) ?? text;
}

function statusMessage(body: Uint8Array): string {
  try {
    const [message = new Uint8Array()] = bytesOf(body, STATUS_MESSAGE);
    return Buffer.from(message).toString().trim();
  } catch {
    return '';
  }
}

function jsonMessage(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message.trim() : undefined;
  } catch {
    return undefined;
  }
}
