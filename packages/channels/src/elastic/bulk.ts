import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import { jsonObject } from '../http/answer.ts';
import { post } from '../http/post.ts';
import { chunksOf } from '../lines/chunks.ts';
import { compressed } from '../lines/compressed.ts';
import { type Item, sendInChunks } from '../lines/in-chunks.ts';
import type { Notification } from '../notification.ts';
import { type DocumentForm, documentId, documentOf } from './document.ts';
import { type ItemResult, readItems } from './item-result.ts';
import type { ElasticTarget } from './options.ts';

/** Bytes of one request; the smallest limit of the hosted services is 10 MiB. */
const MAX_BODY_BYTES = 4 * 1_024 * 1_024;
/** An answer of 500 documents that were all refused, with reasons. */
const MAX_ANSWER_BYTES = 2 * 1_024 * 1_024;
const RECEIVER = 'Elasticsearch';

/** What a document is sent as when it does not fit the mapping of the index: one after the other. */
const SMALLER: Readonly<Record<DocumentForm, DocumentForm | undefined>> = {
  full: 'plain',
  mapped: 'plain',
  plain: 'bare',
  bare: undefined,
};

/**
 * Creates a document for each notification (bulk API). Documents that do not fit the mapping of the index are sent once more with the
 * payload as text, and then with what all documents have.
 *
 * @returns the documents that were refused.
 * @throws {DeliveryError} when the request was.
 */
export function bulk(
  target: ElasticTarget,
  batch: readonly Notification[],
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  return sendAs('full', target, batch, signal);
}

function sendAs(
  form: DocumentForm,
  target: ElasticTarget,
  batch: readonly Notification[],
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  return sendInChunks(chunked(target, batch, form), async (chunk) => {
    const results = await send(target, chunk, signal);
    const misfits = chunk
      .filter((_, at) => results[at]?.isMisfit === true)
      .map(({ notification }) => notification);
    const rejected = rejectionsOf(chunk, results);
    const smaller = SMALLER[form];
    if (misfits.length === 0 || smaller === undefined) return rejected;
    const ids = new Set(misfits.map(({ id }) => id));
    const others = rejected.filter(({ id }) => !ids.has(id));
    return [...others, ...(await sendSmaller(smaller, target, misfits, signal))];
  });
}

async function sendSmaller(
  form: DocumentForm,
  target: ElasticTarget,
  misfits: readonly Notification[],
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  try {
    return await sendAs(form, target, misfits, signal);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    // The others of the batch are there.
    return misfits.map(({ id }) => ({ id, error }));
  }
}

function chunked(target: ElasticTarget, batch: readonly Notification[], form: DocumentForm): Item[][] {
  const items = batch.map((notification, at): Item => {
    const action = JSON.stringify({ create: { _id: documentId(notification) } });
    // The first one of a delivery has it all, so that whatever index this is has a mapping of it.
    const document = documentOf(notification, target.index, form === 'full' && at === 0 ? 'mapped' : form);
    return { notification, text: `${action}\n${JSON.stringify(document)}\n` };
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
