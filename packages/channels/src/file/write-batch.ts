import { reasonOf } from '@org/instrument-core';
import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import { jsonLine } from '../lines/json-line.ts';
import type { Notification } from '../notification.ts';
import type { RotatingFile } from './rotating-file.ts';

/**
 * Appends the lines of a batch, and tells those that the file did not take.
 *
 * @throws {DeliveryError} when it took none.
 */
export async function writeBatch(
  file: RotatingFile,
  batch: readonly Notification[],
): Promise<readonly Rejection[]> {
  const lines = batch.map((notification) => Buffer.from(jsonLine(notification)));
  let written: number;
  try {
    written = await file.append(lines);
  } catch (error) {
    throw failure(file.path, reasonOf(error), error);
  }
  if (written === batch.length) return [];
  const error = failure(
    file.path,
    'the disk is full, the file may grow no further, or nobody empties the pipe',
  );
  if (written === 0) throw error;
  return batch.slice(written).map(({ id }) => ({ id, error }));
}

/** What a file system does not take now it may take later: room is made, rights are given, a disk is mounted. */
function failure(path: string, reason: string, cause?: unknown): DeliveryError {
  return new DeliveryError(`The file ${path} cannot be written: ${reason}`, { cause });
}
