import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import { jsonObject } from '../http/answer.ts';
import { post } from '../http/post.ts';
import { chunksOf } from '../lines/chunks.ts';
import { compressed } from '../lines/compressed.ts';
import { type Item, sendInChunks } from '../lines/in-chunks.ts';
import type { Notification } from '../notification.ts';
import { documentId, documentOf } from './document.ts';
import { type ItemResult, readItems } from './item-result.ts';
import type { ElasticTarget } from './options.ts';

/** Bytes of one request; the smallest limit of the hosted services is 10 MiB. */
const MAX_BODY_BYTES = 4 * 1_024 * 1_024;
/** An answer of 500 documents that were all refused, with reasons. */
const MAX_ANSWER_BYTES = 2 * 1_024 * 1_024;
const RECEIVER = 'Elasticsearch';

/**
 * Creates a document for each notification (bulk API). Documents whose payload does not fit the mapping of the index are sent once
 * more, with the payload as text.
 *
 * @returns the documents that were refused.
 * @throws {DeliveryError} when the request was.
 */
export async function bulk(
  target: ElasticTarget,
  batch: readonly Notification[],
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  return sendInChunks(chunked(target, batch, false), async (chunk) => {
    const results = await send(target, chunk, signal);
    const isMisfit = (_: Item, at: number): boolean => results[at]?.isMisfit === true;
    const misfits = chunk.filter(isMisfit).map(({ notification }) => notification);
    const rejected = rejectionsOf(chunk, results);
    if (misfits.length === 0) return rejected;
    const ids = new Set(misfits.map(({ id }) => id));
    const others = rejected.filter(({ id }) => !ids.has(id));
    return [...others, ...(await sendPlain(target, misfits, signal))];
  });
}

async function sendPlain(
  target: ElasticTarget,
  misfits: readonly Notification[],
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  try {
    return await sendInChunks(chunked(target, misfits, true), async (chunk) =>
      rejectionsOf(chunk, await send(target, chunk, signal)),
    );
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    // The others of the batch are there.
    return misfits.map(({ id }) => ({ id, error }));
  }
}

function chunked(target: ElasticTarget, batch: readonly Notification[], isPlain: boolean): Item[][] {
  const items = batch.map((notification): Item => {
    const action = JSON.stringify({ create: { _id: documentId(notification) } });
    const text = `${action}\n${JSON.stringify(documentOf(notification, target.index, isPlain))}\n`;
    return { notification, text };
  });
  return chunksOf(items, ({ text }) => Buffer.byteLength(text), MAX_BODY_BYTES);
}

async function send(
  { url, authorization, secrets, compress }: ElasticTarget,
  chunk: readonly Item[],
  signal: AbortSignal,
): Promise<readonly ItemResult[]> {
  const { body, headers } = await compressed(chunk.map(({ text }) => text).join(''), compress);
  const answer = await post({
    receiver: RECEIVER,
    url,
    headers: {
      'content-type': 'application/x-ndjson',
      ...headers,
      ...(authorization === undefined ? {} : { authorization }),
    },
    body,
    signal,
    secrets,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    judge: (given) => {
      if (given.status >= 300 || readItems(jsonObject(given), chunk.length) !== undefined) return undefined;
      return { reason: 'an answer that is none of the bulk API', permanent: false };
    },
  });
  return readItems(jsonObject(answer), chunk.length) ?? [];
}

function rejectionsOf(chunk: readonly Item[], results: readonly ItemResult[]): Rejection[] {
  return chunk.flatMap(({ notification: { id } }, at) => {
    const error = results[at]?.error;
    return error === undefined ? [] : [{ id, error }];
  });
}
