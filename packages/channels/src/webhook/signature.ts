import { createHash, createHmac } from 'node:crypto';
import type { Notification } from '../notification.ts';

/** Bytes of a secret (Standard Webhooks, "Signature scheme"). */
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;
const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The key that a secret of Standard Webhooks stands for: base64, with or without `whsec_`; or what is wrong with it, without
 * showing it.
 */
export function keyOf(secret: string): Buffer | string {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!BASE64.test(text)) return 'a secret that is not base64';
  const key = Buffer.from(text, 'base64');
  const isLongEnough = key.length >= MIN_SECRET_BYTES && key.length <= MAX_SECRET_BYTES;
  return isLongEnough ? key : `a secret of ${key.length} bytes`;
}

/**
 * Headers of Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks, "Webhook headers"): HMAC-SHA256
 * of `id.timestamp.body`, one signature for each key, so that receivers can change from one to the next.
 */
export function standardHeaders(
  keys: readonly Buffer[],
  id: string,
  body: string,
  nowMillis: number = Date.now(),
): Record<string, string> {
  const timestamp = String(Math.floor(nowMillis / 1_000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** HMAC-SHA256 of the body in hexadecimal, as GitHub has it in `X-Hub-Signature-256`; the secret is the key as it is. */
export function plainSignature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/**
 * What tells a delivery from all others, and is the same however often it is sent: the notification's id, or one made of the
 * ids of a batch. Without dots, which part what is signed.
 */
export function deliveryId(batch: readonly Notification[]): string {
  const [first] = batch;
  if (batch.length === 1 && first !== undefined && /^[\w-]{1,128}$/.test(first.id)) return first.id;
  const ids = JSON.stringify(batch.map(({ id }) => id));
  return `batch_${createHash('sha256').update(ids).digest('base64url')}`;
}
