import type {
  DiscordOptions,
  PagerDutyOptions,
  SlackApiOptions,
  SlackWebhookOptions,
  TeamsOptions,
} from '@org/instrument-channels';
import { SEVERITIES } from '@org/instrument-core';
import { bool, choice, text } from '../leaves.ts';
import type { Fields, Leaf, Relation } from '../rule.ts';
import { address, traceUrl } from './address.ts';
import { secret, secretOf } from './secret.ts';
import { channelFields, inCode, needs } from './settings-rule.ts';

/** Discord refuses others (https://discord.com/developers/docs/resources/webhook, "Create Webhook"). */
const username: Leaf = text(
  'at most 80 characters, without "discord" and "clyde"',
  /^(?=.*\S)(?!.*(?:discord|clyde)).{1,80}$/is,
);

/** Of an integration with the Events API v2. */
const routingKey: Leaf = secretOf(
  '32 letters and digits, which stand with the integration',
  /^[0-9A-Za-z]{32}$/,
);

/** By a webhook, or as an app, which has options of its own. */
const oneWayToPost: Relation = ({ url, token, channel, threads, apiUrl }, report) => {
  if (token === undefined && channel === undefined) {
    if (url === undefined) report('url', 'url, or token with channel');
    const fix = 'Give token and channel instead of url.';
    if (threads !== undefined && threads !== false) report('threads', 'none with a webhook', fix);
    if (apiUrl !== undefined) report('apiUrl', 'none with a webhook', fix);
    return;
  }
  if (url !== undefined) {
    report('url', 'nothing beside token or channel', 'Leave out the url, or token and channel.');
  }
  if (token === undefined) report('token', 'the token of an app beside channel');
  if (channel === undefined) report('channel', 'the conversation to post to, beside token');
};

/** A channel of the type `slack`. */
export const slack: Fields = channelFields<SlackWebhookOptions & SlackApiOptions>(
  { url: address, token: secret, channel: text(), threads: bool, apiUrl: address, traceUrl },
  oneWayToPost,
);

/** A channel of the type `teams`. */
export const teams: Fields = channelFields<TeamsOptions>({ url: address, traceUrl }, needs('url'));

/** A channel of the type `discord`. */
export const discord: Fields = channelFields<DiscordOptions>(
  {
    url: address,
    username,
    avatarUrl: text(),
    threadId: text('the digits of an id', /^\d+$/),
    traceUrl,
  },
  needs('url'),
);

/** A channel of the type `pagerDuty`. */
export const pagerDuty: Fields = channelFields<PagerDutyOptions>(
  {
    routingKey,
    region: choice(['us', 'eu']),
    url: address,
    occurred: choice([...SEVERITIES, 'never']),
    dedupKey: inCode,
    client: text(),
    clientUrl: address,
    links: inCode,
    images: inCode,
    traceUrl,
  },
  needs('routingKey'),
);
