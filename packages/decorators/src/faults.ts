import { reportFault as report } from '@org/instrument-core';

/** Reports a fault of the recorder or of a user's callback, and keeps it from the application. Never throws. */
export function reportFault(operation: string, what: string, fault: unknown): void {
  report('decorators', `${what} of ${operation}`, fault);
}
