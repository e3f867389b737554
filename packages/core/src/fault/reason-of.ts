import { describeValue } from '../errors.ts';

/** The message of an error, with that of its cause: `fetch failed` alone tells nobody why. Never throws. */
export function reasonOf(error: unknown): string {
  return isError(error) ? chainOf(error, 0) : describeValue(error);
}

/** Causes told: beyond, they say nothing new, or go round in a circle. */
const MAX_CAUSES = 4;

function chainOf(error: Error, depth: number): string {
  try {
    const { message, name, cause } = error;
    const code: unknown = (error as NodeJS.ErrnoException).code;
    // An AggregateError of several addresses tried has a code and no message.
    const own = [message, code, name].find((text) => typeof text === 'string' && text !== '');
    const text = typeof own === 'string' ? own : describeValue(message);
    if (!isError(cause) || depth >= MAX_CAUSES) return text;
    const deeper = chainOf(cause, depth + 1);
    // Some errors quote their cause.
    return text.includes(deeper) ? text : `${text}: ${deeper}`;
  } catch {
    return 'an error that cannot be read';
  }
}

/** Whether it is an error; a proxy may refuse to tell. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}
