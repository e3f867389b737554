import type { Writable } from 'node:stream';
import { reasonOf, writeGuarded } from '@org/instrument-core';
import { DeliveryError } from '../delivery-error.ts';

/** Streams that come no more: nobody reads, or they have been ended. */
const GONE: readonly (string | undefined)[] = [
  'EPIPE',
  'EBADF',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
];

/**
 * Writes to a stream, and waits until it has taken it. What happens to the stream thereby happens to nobody else: the error that
 * a closed pipe makes it emit ends no process.
 *
 * @throws {DeliveryError} permanent when nobody reads any more.
 */
export function writeTo(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    writeGuarded(stream, text, (error) => {
      if (error === undefined) resolve();
      else reject(failure(error));
    });
  });
}

function failure(error: Error): DeliveryError {
  const permanent = GONE.includes((error as NodeJS.ErrnoException).code);
  return new DeliveryError(`The console cannot be written: ${reasonOf(error)}`, { permanent, cause: error });
}
