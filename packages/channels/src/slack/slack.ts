import type { OptionReader } from '@org/instrument-core';
import type { Channel } from '../channel.ts';
import { type Answer, jsonObject } from '../http/answer.ts';
import { bearer } from '../http/credentials.ts';
import { jsonOf } from '../http/json.ts';
import { post } from '../http/post.ts';
import { readAddress, readSecret } from '../http/read-target.ts';
import { readForPeople } from '../message/for-people.ts';
import { type Link, readLinks } from '../message/links.ts';
import type { Notification } from '../notification.ts';
import { isThreadGone, judgeApi, judgeWebhook } from './answer.ts';
import { slackMessage } from './message.ts';
import type { SlackApiOptions, SlackOptions, SlackWebhookOptions } from './options.ts';
import { Threads } from './threads.ts';

const RECEIVER = 'Slack';
const DEFAULT_API = 'https://slack.com/api';
/** One message a second, to webhooks and to a conversation (https://docs.slack.dev/apis/web-api/rate-limits). */
const RATE_LIMIT = { count: 1, per: '1s' } as const;
type AnyOptions = Omit<SlackWebhookOptions, 'threads'> & SlackApiOptions;
type Deliver = Channel['deliver'];

/**
 * Posts each notification as a message to Slack, by an incoming webhook (`url`) or as an app (`token`, `channel`).
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options; no secret is shown.
 */
export function slack(options: SlackOptions): Channel {
  const own = ['url', 'token', 'channel', 'threads', 'apiUrl', 'traceUrl'] as const;
  const { read, name, settings } = readForPeople(options as AnyOptions, own, 'slack', {
    rateLimit: RATE_LIMIT,
  });
  const linksOf = readLinks(read);
  const isApi = read.raw('token') !== undefined || read.raw('channel') !== undefined;
  const deliver = isApi ? apiDelivery(read, linksOf) : webhookDelivery(read, linksOf);
  read.done('Slack cannot be set up');
  return { name, settings, deliver };
}

type LinksOf = (notification: Notification) => Link[];

function webhookDelivery(read: OptionReader<AnyOptions>, linksOf: LinksOf): Deliver {
  for (const key of ['threads', 'apiUrl'] as const) {
    if (read.raw(key) !== undefined && !(key === 'threads' && read.raw(key) === false)) {
      read.add(key, 'an option of apps', 'none with a webhook', 'Give token and channel instead of url.');
    }
  }
  const url = readAddress(read, 'url', 'https://hooks.slack.com/services/T…/B…/…');
  return async (batch, { signal }) => {
    for (const notification of batch) {
      const body = jsonOf(slackMessage(notification, linksOf(notification)));
      await post({ receiver: RECEIVER, url, body, signal, judge: judgeWebhook });
    }
  };
}

function apiDelivery(read: OptionReader<AnyOptions>, linksOf: LinksOf): Deliver {
  if (read.raw('url') !== undefined) {
    read.add(
      'url',
      'a webhook, and a token or channel',
      'one way to post',
      'Leave out the url, or token and channel.',
    );
  }
  const token = readSecret(read, 'token') ?? '';
  if (read.raw('token') === undefined)
    read.add('token', 'nothing', "an app's token", 'Give it beside the channel.');
  const channel = read.required('channel', 'C0123456789');
  const apiUrl = readAddress(read, 'apiUrl', DEFAULT_API, DEFAULT_API);
  const threads = read.flag('threads', false) ? new Threads() : undefined;
  const url = `${apiUrl.replace(/\/$/, '')}/chat.postMessage`;
  const headers = { authorization: bearer(token), 'content-type': 'application/json; charset=utf-8' };
  return async (batch, { signal }) => {
    for (const notification of batch) {
      const { key, phase } = notification;
      const thread = threads?.of(key);
      const message = { channel, unfurl_links: false, ...slackMessage(notification, linksOf(notification)) };
      const inThread =
        thread === undefined ? {} : { thread_ts: thread, reply_broadcast: phase === 'resolved' };
      const judge = (answer: Answer): ReturnType<typeof judgeApi> => {
        if (isThreadGone(answer)) threads?.end(key);
        return judgeApi(answer);
      };
      const body = jsonOf({ ...message, ...inThread });
      const answer = await post({ receiver: RECEIVER, url, headers, body, signal, secrets: [token], judge });
      if (phase === 'resolved') threads?.end(key);
      else if (thread === undefined) remember(threads, key, answer);
    }
  };
}

function remember(threads: Threads | undefined, key: string, answer: Answer): void {
  const ts = jsonObject(answer)?.ts;
  if (typeof ts === 'string') threads?.begin(key, ts);
}
