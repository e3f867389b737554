import { reportFault as report } from '@org/instrument-core';

/** Reports a fault of the recorder or of a user's callback, and keeps it from the application. Never throws. */
export function reportFault(operation: string, what: string, fault: unknown): void {
  report('decorators', `${what} of ${operation}`, fault);
}

/** Swallows the rejection of what a callback returned by mistake, such as the promise of an async function. */
export function discard(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}
