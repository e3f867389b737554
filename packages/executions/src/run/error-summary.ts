import { errorTypeOf, reasonOf } from '@org/instrument-core';
import type { ErrorSummary } from '../events.ts';

const MAX_TYPE = 64;
/** Room for what is said to people; the whole of a message may be a response, or a statement with all its values. */
const MAX_MESSAGE = 500;

/** An error in few words; `undefined` where there is none. Never throws. */
export function errorSummaryOf(error: unknown): ErrorSummary | undefined {
  if (error === undefined) return undefined;
  return { type: cut(errorTypeOf(error), MAX_TYPE), message: cut(reasonOf(error), MAX_MESSAGE) };
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // Half a character of two parts would be no text any more.
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
