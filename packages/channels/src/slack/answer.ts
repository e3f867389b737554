import { type Answer, jsonObject } from '../http/answer.ts';
import type { Refusal } from '../http/refusal.ts';

/**
 * Errors of `chat.postMessage` that a later attempt can cure (https://docs.slack.dev/reference/methods/chat.postMessage,
 * "Errors"). The others are of the token, the conversation or the message, which stay as they are.
 */
const TEMPORARY: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'accesslimited',
]);
/** The message whose thread it was to go into is gone: the next attempt begins a new one. */
const THREAD_GONE: ReadonlySet<string> = new Set(['thread_not_found', 'cannot_reply_to_message']);

/** Whether the thread of a message is gone, by what the answer says. */
export function isThreadGone(answer: Answer): boolean {
  return THREAD_GONE.has(String(jsonObject(answer)?.error));
}

/**
 * What a webhook says: `ok`; that of a workflow, and those of others that take the same, nothing, or JSON that does not say no. As text
 * every refusal has a status of its own (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors").
 */
export function judgeWebhook(answer: Answer): Refusal | undefined {
  const said = jsonObject(answer);
  return answer.status === 200 && (said?.ok === false || said?.success === false)
    ? judgeApi(answer)
    : undefined;
}

/** What the API says: 200 with `ok: false` is a refusal too, and what does not say `ok` is no answer of Slack's. */
export function judgeApi(answer: Answer): Refusal | undefined {
  const said = jsonObject(answer);
  if (said === undefined) {
    return answer.status === 200 ? { reason: 'what is no answer of Slack', permanent: false } : undefined;
  }
  if (said.ok === true) return undefined;
  const error = typeof said.error === 'string' ? said.error : 'an error without a name';
  const messages = (said.response_metadata as { messages?: unknown } | undefined)?.messages;
  const detail = Array.isArray(messages) && typeof messages[0] === 'string' ? ` (${messages[0]})` : '';
  const isCurable = TEMPORARY.has(error) || THREAD_GONE.has(error);
  return {
    reason: `${error}${detail}`,
    // Status 429 and 5xx say it by themselves.
    ...(answer.status === 200 ? { permanent: !isCurable } : {}),
  };
}
