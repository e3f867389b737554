import { cutText } from '@org/instrument-core';

/** Characters of one message: what a receiver answers may be megabytes. */
const MAX_LENGTH = 1_000;

/** An error or anything else as short text, never throwing. */
export function messageOf(error: unknown): string {
  return cutText(textOf(error), MAX_LENGTH);
}

/** The same, as long as it is. */
export function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return textOf(error.errors);
  // The SDK rejects with lists of errors.
  if (Array.isArray(error)) return error.map(messageOf).join('; ');
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === 'string') return error;
  if (error instanceof Uint8Array)
    return JSON.stringify(Buffer.from(error.subarray(0, MAX_LENGTH)).toString());
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return Object.prototype.toString.call(error);
  }
}
