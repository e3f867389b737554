import { types } from 'node:util';
import { isError, reasonOf } from '@org/instrument-core';

/** Whether it is an error, of this realm or another. Never throws. */
export function isErrorLike(value: unknown): value is object {
  return isError(value) || types.isNativeError(value);
}

/** The message of an error with those of its causes. Never throws. */
export function errorMessage(error: object): string {
  if (isError(error)) return reasonOf(error);
  try {
    const { message } = error as { message?: unknown };
    return typeof message === 'string' ? message : '';
  } catch {
    return 'an error that cannot be read';
  }
}
