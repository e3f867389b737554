import { randomUUID } from 'node:crypto';
import type { Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { Answer } from '../http/answer.ts';
import { post } from '../http/post.ts';
import { chunksOf } from '../lines/chunks.ts';
import { compressed } from '../lines/compressed.ts';
import { type Item, sendInChunks } from '../lines/in-chunks.ts';
import type { Notification } from '../notification.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { ackIdOf, codeOf, isOfOneEvent, judge } from './answer.ts';
import { eventOf } from './event.ts';
import type { SplunkTarget } from './options.ts';

/** Bytes of one request; Splunk Cloud takes 1 MB. */
const MAX_BODY_BYTES = 1_000_000;

/** Sends events to one HTTP Event Collector. */
export class Collector {
  readonly #target: SplunkTarget;
  /** Tells the requests of this sender from those of others, where acknowledgement is asked for. */
  readonly #channel: string = randomUUID();
  readonly #acknowledgements: Acknowledgements | undefined;

  constructor(target: SplunkTarget) {
    this.#target = target;
    const { ackUrl } = target;
    if (ackUrl === undefined) return;
    this.#acknowledgements = new Acknowledgements((ids, signal) =>
      this.#post(
        `${ackUrl}?channel=${this.#channel}`,
        JSON.stringify({ acks: ids }),
        signal,
        () => undefined,
      ),
    );
  }

  /** @throws {DeliveryError} when no event was taken. */
  async deliver(batch: readonly Notification[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const waiting = this.#acknowledgements;
    // What was sent before, and is only not acknowledged yet, is not sent again.
    const isSent = (notification: Notification): boolean => waiting?.has(notification.id) === true;
    const sent = batch.filter(isSent);
    const items = batch
      .filter((notification) => !isSent(notification))
      .map((notification): Item => {
        return { notification, text: JSON.stringify(eventOf(notification, this.#target)) };
      });
    const chunks = chunksOf(items, ({ text }) => Buffer.byteLength(text), MAX_BODY_BYTES);
    let rejections: readonly Rejection[] = [];
    try {
      rejections = await sendInChunks(chunks, (chunk) => this.#send(chunk, signal));
    } catch (error) {
      if (sent.length === 0 || !(error instanceof DeliveryError)) throw error;
      rejections = items.map(({ notification: { id } }) => ({ id, error }));
    }
    if (waiting === undefined) return rejections;
    const refused = new Set(rejections.map(({ id }) => id));
    const open = batch.filter(({ id }) => !refused.has(id));
    return [...rejections, ...(await waiting.settle(open, signal))];
  }

  async #send(chunk: readonly Item[], signal: AbortSignal): Promise<readonly Rejection[]> {
    let code: number | undefined;
    try {
      const answer = await this.#post(
        this.#target.url,
        chunk.map(({ text }) => text).join('\n'),
        signal,
        (given) => {
          code = codeOf(given);
        },
      );
      this.#remember(chunk, answer);
      return [];
    } catch (error) {
      if (chunk.length === 1 || !(error instanceof DeliveryError) || !isOfOneEvent(code)) throw error;
    }
    // Whether those before the wrong one were taken, nothing says: each by itself, so that the others are not lost with it.
    return sendInChunks(
      chunk.map((item) => [item]),
      (alone) => this.#sendAlone(alone, signal),
    );
  }

  async #sendAlone(alone: readonly Item[], signal: AbortSignal): Promise<readonly Rejection[]> {
    try {
      return await this.#send(alone, signal);
    } catch (error) {
      if (!(error instanceof DeliveryError) || !error.permanent) throw error;
      return alone.map(({ notification: { id } }) => ({ id, error }));
    }
  }

  #remember(chunk: readonly Item[], answer: Answer): void {
    const ackId = ackIdOf(answer);
    if (ackId === undefined) return;
    this.#acknowledgements?.add(
      ackId,
      chunk.map(({ notification: { id } }) => id),
    );
  }

  async #post(
    url: string,
    text: string,
    signal: AbortSignal,
    see: (answer: Answer) => void,
  ): Promise<Answer> {
    const { token, compress, ackUrl } = this.#target;
    const { body, headers } = await compressed(text, compress);
    const isEvent = url === this.#target.url;
    return post({
      receiver: 'Splunk',
      url,
      headers: {
        ...headers,
        authorization: `Splunk ${token}`,
        ...(ackUrl === undefined ? {} : { 'x-splunk-request-channel': this.#channel }),
      },
      body,
      signal,
      secrets: [token],
      judge: (answer) => {
        see(answer);
        return isEvent ? judge(answer) : undefined;
      },
    });
  }
}
