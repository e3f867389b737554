import { reasonOf } from '@org/instrument-core';
import type { Channel } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import { jsonOf } from '../http/json.ts';
import { post } from '../http/post.ts';
import { chunksOf } from '../lines/chunks.ts';
import { compressed } from '../lines/compressed.ts';
import { type Item, sendInChunks } from '../lines/in-chunks.ts';
import type { Notification } from '../notification.ts';
import type { WebhookOptions } from './options.ts';
import { readOptions } from './read-options.ts';
import { deliveryId } from './signature.ts';

/**
 * Version of {@link WebhookBody}: raised when something in it is renamed, removed or changes its meaning; not when something
 * is added.
 */
export const WEBHOOK_VERSION = 1;
/** Notifications of one delivery. */
const MAX_BATCH = 50;
/**
 * Bytes of the notifications in one request, save a single one that is longer: body parsers take 100 KiB by default
 * (Express).
 */
const MAX_REQUEST_BYTES = 96 * 1_024;

/** The public format: what a webhook gets, as JSON. */
export interface WebhookBody {
  readonly version: typeof WEBHOOK_VERSION;
  /** At least one, in order; each as {@link Notification} says. */
  readonly notifications: readonly Notification[];
}

/**
 * Posts notifications as JSON: `{ "version": 1, "notifications": [ … ] }`. `Idempotency-Key` is the same whenever the same
 * is sent again; with a `secret` requests are signed. Any answer of 2xx means that they have arrived.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options; no secret is shown.
 */
export function webhook(options: WebhookOptions): Channel {
  const { name, settings, url, method, headers, secrets, sign, format, compress } = readOptions(options);
  return {
    name,
    settings,
    maxBatch: MAX_BATCH,
    deliver(batch, { signal }) {
      const items = batch.map((notification) => ({ notification, text: jsonOf(notification) }));
      const chunks = chunksOf(items, ({ text }) => Buffer.byteLength(text), MAX_REQUEST_BYTES);
      return sendInChunks(chunks, async (chunk) => {
        const id = deliveryId(chunk.map(({ notification }) => notification));
        const signed = format === undefined ? bodyOf(chunk) : ownBody(chunk, format);
        const { body, headers: ofBody } = await compressed(signed, compress);
        await post({
          receiver: 'The webhook',
          url,
          method,
          headers: { ...headers, ...ofBody, 'idempotency-key': id, ...sign(id, signed) },
          body,
          signal,
          secrets,
        });
        return [];
      });
    },
  };
}

/** A {@link WebhookBody} of what is JSON already. */
function bodyOf(chunk: readonly Item[]): string {
  return `{"version":${WEBHOOK_VERSION},"notifications":[${chunk.map(({ text }) => text).join(',')}]}`;
}

function ownBody(chunk: readonly Item[], format: NonNullable<WebhookOptions['format']>): string {
  try {
    const made = format(chunk.map(({ notification }) => notification));
    return typeof made === 'string' ? made : jsonOf(made);
  } catch (error) {
    throw new DeliveryError(`The webhook's format function failed: ${reasonOf(error)}`, { permanent: true });
  }
}
