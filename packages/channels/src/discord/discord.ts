import type { Channel } from '../channel.ts';
import { type Answer, jsonObject } from '../http/answer.ts';
import { jsonOf } from '../http/json.ts';
import { post } from '../http/post.ts';
import { readAddress } from '../http/read-target.ts';
import type { Refusal } from '../http/refusal.ts';
import { pauseMillis } from '../http/retry-after.ts';
import { readForPeople } from '../message/for-people.ts';
import { type Link, readLinks } from '../message/links.ts';
import type { Notification } from '../notification.ts';
import { type Embed, embedOf, lengthOf } from './embed.ts';
import type { DiscordOptions } from './options.ts';

/**
 * Embeds of a message, and characters of all of them (https://discord.com/developers/docs/resources/message, "Embed Limits").
 */
const MAX_EMBEDS = 10;
const MAX_CHARACTERS = 6_000;
const MAX_USERNAME = 80;
/** Thirty messages a minute to a webhook, as is known and not documented: 429 says it otherwise. */
const RATE_LIMIT = { count: 30, per: '1m' } as const;

/**
 * Posts notifications as embeds to Discord, up to ten in a message, which then share the room that a message has. It waits
 * until the message is there. Nobody is called out, whatever a notification says.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options; no secret is shown.
 */
export function discord(options: DiscordOptions): Channel {
  const own = ['url', 'username', 'avatarUrl', 'threadId', 'traceUrl'] as const;
  const { read, name, settings } = readForPeople(options, own, 'discord', { rateLimit: RATE_LIMIT });
  const linksOf = readLinks(read);
  const given = readAddress(read, 'url', 'https://discord.com/api/webhooks/…/…');
  const username = read.text('username', undefined);
  if (username !== undefined && (username.length > MAX_USERNAME || /discord|clyde/i.test(username))) {
    read.add(
      'username',
      JSON.stringify(username.slice(0, MAX_USERNAME)),
      `at most ${MAX_USERNAME} characters, without "discord" and "clyde"`,
    );
  }
  const avatarUrl = read.text('avatarUrl', undefined);
  const threadId = read.text('threadId', undefined);
  if (threadId !== undefined && !/^\d+$/.test(threadId))
    read.add('threadId', JSON.stringify(threadId), 'the digits of an id');
  read.done('Discord cannot be set up');
  const url = addressOf(given, threadId);
  const who = {
    ...(username === undefined ? {} : { username }),
    ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
  };
  return {
    name,
    settings,
    maxBatch: MAX_EMBEDS,
    async deliver(batch, { signal }) {
      // "Allowed Mentions Object" of the documentation: without it, text could call out everyone.
      const message = { ...who, embeds: embedsOf(batch, linksOf), allowed_mentions: { parse: [] } };
      await post({ receiver: 'Discord', url, body: jsonOf(message), signal, judge });
    },
  };
}

/** With `wait`, the answer comes when the message is there; without, it says nothing (204). */
function addressOf(given: string, threadId: string | undefined): string {
  const url = new URL(given);
  url.searchParams.set('wait', 'true');
  if (threadId !== undefined) url.searchParams.set('thread_id', threadId);
  return url.href;
}

/** Embeds as long as they want to be, if there is room; otherwise as each one's share allows. */
function embedsOf(batch: readonly Notification[], linksOf: (notification: Notification) => Link[]): Embed[] {
  const whole = batch.map((notification) => embedOf(notification, linksOf(notification), MAX_CHARACTERS));
  if (whole.reduce((sum, embed) => sum + lengthOf(embed), 0) <= MAX_CHARACTERS) return whole;
  const share = Math.floor(MAX_CHARACTERS / batch.length);
  return batch.map((notification) => embedOf(notification, linksOf(notification), share));
}

/** Errors have a message and a code; of a rate limit the body has the pause with its fraction. */
function judge(answer: Answer): Refusal | undefined {
  if (answer.status < 300) return undefined;
  const said = jsonObject(answer);
  if (typeof said?.message !== 'string') return undefined;
  const code = typeof said.code === 'number' ? ` (${said.code})` : '';
  return { reason: `${said.message}${code}`, retryAfterMillis: pauseMillis(said.retry_after) };
}
