import { cutText, errorTypeOf, reasonOf } from '@org/instrument-core';
import type { ErrorSummary } from '../events.ts';

const MAX_TYPE = 64;
/** Room for what is said to people; the whole of a message may be a response, or a statement with all its values. */
const MAX_MESSAGE = 500;

/** An error in few words; `undefined` where there is none. Never throws. */
export function errorSummaryOf(error: unknown): ErrorSummary | undefined {
  if (error === undefined) return undefined;
  return { type: cutText(errorTypeOf(error), MAX_TYPE), message: cutText(reasonOf(error), MAX_MESSAGE) };
}
