import type { Answer } from '../http/answer.ts';
import { jsonObject } from '../http/answer.ts';
import type { Refusal } from '../http/refusal.ts';

/**
 * Codes of answers (Splunk, "Troubleshoot HTTP Event Collector", possible error codes) for what passes: an internal error, a server or its
 * queues that are full, the service of acknowledgements away, a server that is shutting down.
 */
const TEMPORARY: ReadonlySet<number> = new Set([8, 9, 18, 19, 20, 23, 24, 25, 26, 27]);
/** Codes of what is wrong with one event of a request: its format, the event missing or blank, its fields. */
const OF_ONE_EVENT: ReadonlySet<number> = new Set([6, 12, 13, 15]);
const SUCCESS = 0;

/** What to do, by code. */
const ADVICE: Readonly<Record<number, string>> = {
  1: 'enable the token in Splunk',
  2: 'set the token',
  3: 'set the token as Splunk shows it',
  4: 'set a token that this collector knows',
  7: 'set an index that the token may write to',
  10: 'set acknowledge: true, since the token asks for acknowledgement',
  14: 'switch on indexer acknowledgement for the token, or leave acknowledge out',
  21: 'set a token that this collector knows',
};

/** Code of an answer; `undefined` where there is none. */
export function codeOf(answer: Answer): number | undefined {
  const code = jsonObject(answer)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** Whether only one event of a request is to blame. */
export function isOfOneEvent(code: number | undefined): boolean {
  return code !== undefined && OF_ONE_EVENT.has(code);
}

/** Reads an answer by its code; without one, a success must be JSON that says so. */
export function judge(answer: Answer): Refusal | undefined {
  const code = codeOf(answer);
  const isOk = answer.status >= 200 && answer.status < 300;
  if (code === undefined) {
    return isOk
      ? { reason: 'an answer that is none of the HTTP Event Collector', permanent: false }
      : undefined;
  }
  if (isOk && code === SUCCESS) return undefined;
  const text = jsonObject(answer)?.text;
  const advice = ADVICE[code];
  const said = `${typeof text === 'string' ? text : 'refused'} (code ${code})`;
  return {
    reason: advice === undefined ? said : `${said}; ${advice}`,
    permanent: !TEMPORARY.has(code) && answer.status < 500 && answer.status !== 429 && answer.status !== 408,
  };
}

/** Number that an answer asks to be asked about later. */
export function ackIdOf(answer: Answer): number | undefined {
  const id = jsonObject(answer)?.ackId;
  return typeof id === 'number' ? id : undefined;
}
