import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { Notification } from '../notification.ts';

/** One notification as it is sent. */
export interface Item {
  readonly notification: Notification;
  readonly text: string;
}

/**
 * Sends items in several requests, one after the other. After a request that fails, the rest is not tried: it would come before
 * what failed.
 *
 * @throws {DeliveryError} when nothing was taken.
 */
export async function sendInChunks(
  chunks: readonly (readonly Item[])[],
  send: (chunk: readonly Item[]) => Promise<readonly Rejection[]>,
): Promise<readonly Rejection[]> {
  const rejections: Rejection[] = [];
  for (const [at, chunk] of chunks.entries()) {
    try {
      rejections.push(...(await send(chunk)));
    } catch (error) {
      if (!(error instanceof DeliveryError) || (at === 0 && chunks.length === 1)) throw error;
      const unsent = error.permanent
        ? new DeliveryError('An earlier request of the batch was refused')
        : error;
      rejections.push(...chunk.map(({ notification: { id } }) => ({ id, error })));
      const rest = chunks.slice(at + 1).flat();
      rejections.push(...rest.map(({ notification: { id } }) => ({ id, error: unsent })));
      return rejections;
    }
  }
  return rejections;
}
