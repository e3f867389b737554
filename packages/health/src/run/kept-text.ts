import { cutText, ownText } from '@org/instrument-core';

/** Longest reason that is kept: an error may quote a whole page. */
const MAX_REASON_LENGTH = 500;

/** A reason as it is kept, for as long as the history goes back: a long one cut, and nothing of what it was cut out of. */
export function keptReason(text: string): string {
  return ownText(cutText(text, MAX_REASON_LENGTH));
}

/** Details as they are kept, until the next result: their own texts are copies, what is deeper in them is the check's. */
export function keptDetails(details: object): Record<string, unknown> {
  const kept: Record<string, unknown> = { ...details };
  for (const [key, value] of Object.entries(kept)) if (typeof value === 'string') kept[key] = ownText(value);
  return kept;
}
