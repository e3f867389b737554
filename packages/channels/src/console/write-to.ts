import type { Writable } from 'node:stream';
import { reasonOf } from '@org/instrument-core';
import { DeliveryError } from '../delivery-error.ts';

/** Streams that come no more: nobody reads, or they have been ended. */
const GONE: readonly (string | undefined)[] = [
  'EPIPE',
  'EBADF',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
];

/** How many writes of ours a stream has that are not over. */
const writing = new WeakMap<Writable, number>();

/**
 * Writes to a stream, and waits until it has taken it. What happens to the stream thereby happens to nobody else: the error that
 * a closed pipe makes it emit ends no process.
 *
 * @throws {DeliveryError} permanent when nobody reads any more.
 */
export function writeTo(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    begin(stream);
    stream.write(text, (error) => {
      // The stream emits what it has told here only afterwards.
      setImmediate(end, stream);
      if (error === null || error === undefined) resolve();
      else reject(failure(error));
    });
  });
}

function begin(stream: Writable): void {
  const before = writing.get(stream) ?? 0;
  if (before === 0) stream.on('error', ignore);
  writing.set(stream, before + 1);
}

function end(stream: Writable): void {
  const left = (writing.get(stream) ?? 1) - 1;
  writing.set(stream, left);
  if (left === 0) stream.off('error', ignore);
}

function ignore(): void {}

function failure(error: Error): DeliveryError {
  const permanent = GONE.includes((error as NodeJS.ErrnoException).code);
  return new DeliveryError(`The console cannot be written: ${reasonOf(error)}`, { permanent, cause: error });
}
