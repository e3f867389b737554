import type {
  Channel,
  ConsoleOptions,
  DiscordOptions,
  ElasticOptions,
  EmailOptions,
  FileOptions,
  PagerDutyOptions,
  SlackApiOptions,
  SlackWebhookOptions,
  SplunkOptions,
  TeamsOptions,
  WebhookOptions,
} from '@org/instrument-channels';
import type { ChannelsInitOptions, ChannelType } from '../../options.ts';
import {
  channelFields,
  inCode,
  needs,
  oneOrMore,
  SEVERITIES,
  secret,
  secretUrl,
} from './channel-settings-rule.ts';
import { bool, choice, duration, headerValue, integer, leaf, list, text } from './leaves.ts';
import { type Entries, type Fields, fieldsOf, type Leaf, type Relation, type Rule } from './rule.ts';

/** A token (RFC 9110, section 5.1). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const traceUrl = text('a URL with {{traceId}} in it', /^https?:\/\/.*\{\{traceId\}\}/);

const headers: Entries = {
  kind: 'entries',
  expectedKey: 'the name of a header',
  acceptsKey: (key) => HEADER_NAME.test(key),
  value: headerValue,
  caseless: true,
};

/** Of an integration with the Events API v2. */
const routingKey: Leaf = {
  ...secret,
  expected: '32 letters and digits, which stand with the integration',
  accepts: (value) => typeof value === 'string' && /^[0-9A-Za-z]{32}$/.test(value),
};

const anything: Leaf = leaf('settings', (value) => typeof value === 'object' && value !== null);
const sizeOrNever = leaf(
  'a number of bytes of at least 1, or false',
  (value) => value === false || (Number.isSafeInteger(value) && Number(value) >= 1),
  { reads: 'number' },
);

/** The kinds of channels that a file can name, by the factory that makes them. */
const TYPES: Readonly<Record<ChannelType, Fields>> = {
  console: channelFields<ConsoleOptions>({
    stream: choice(['stderr', 'stdout']),
    format: choice(['text', 'json']),
  }),
  file: channelFields<FileOptions>(
    {
      path: text('the path of a file'),
      maxBytes: sizeOrNever,
      maxAge: duration(),
      maxFiles: integer(1),
      compress: bool,
      sync: bool,
    },
    needs('path'),
  ),
  webhook: channelFields<WebhookOptions>(
    {
      url: secretUrl,
      method: choice(['POST', 'PUT']),
      headers,
      bearer: secret,
      basic: fieldsOf<{ username: string; password: string }>({ username: secret, password: secret }),
      secret: { ...oneOrMore('a secret'), describe: () => 'a value that is not shown' },
      signatureHeader: text('the name of a header', HEADER_NAME),
      format: inCode,
      compress: bool,
    },
    needs('url'),
  ),
  slack: channelFields<SlackWebhookOptions & SlackApiOptions>(
    {
      url: secretUrl,
      token: secret,
      channel: text(),
      threads: bool,
      apiUrl: secretUrl,
      traceUrl,
    },
    needs('url', ['token', 'channel']),
  ),
  teams: channelFields<TeamsOptions>({ url: secretUrl, traceUrl }, needs('url')),
  discord: channelFields<DiscordOptions>(
    {
      url: secretUrl,
      username: text(),
      avatarUrl: secretUrl,
      threadId: text('the digits of an id', /^\d+$/),
      traceUrl,
    },
    needs('url'),
  ),
  pagerDuty: channelFields<PagerDutyOptions>(
    {
      routingKey,
      region: choice(['us', 'eu']),
      url: secretUrl,
      occurred: choice([...SEVERITIES, 'never']),
      dedupKey: inCode,
      client: text(),
      clientUrl: secretUrl,
      links: inCode,
      images: inCode,
      traceUrl,
    },
    needs('routingKey'),
  ),
  email: channelFields<EmailOptions>(
    {
      url: { ...secret, expected: 'a URL with smtp: or smtps:' },
      host: text(),
      port: integer(1, 65_535),
      secure: bool,
      requireTLS: bool,
      auth: fieldsOf<{ user: string; pass: string }>({ user: secret, pass: secret }),
      tls: anything,
      from: text('an address'),
      to: oneOrMore('an address'),
      cc: oneOrMore('an address'),
      bcc: oneOrMore('an address'),
      replyTo: text('an address'),
    },
    needs('from'),
    needs('url', 'host'),
    needs('to', 'cc', 'bcc'),
  ),
  elastic: channelFields<ElasticOptions>(
    {
      url: secretUrl,
      index: text('the name of an index or data stream'),
      apiKey: secret,
      token: secret,
      username: text(),
      password: secret,
      compress: bool,
    },
    needs('url'),
  ),
  splunk: channelFields<SplunkOptions>(
    {
      url: secretUrl,
      token: secret,
      index: text(),
      source: text(),
      sourcetype: text(),
      host: text(),
      compress: bool,
      acknowledge: bool,
    },
    needs('url'),
    needs('token'),
  ),
};

/** A channel as a factory makes it, or one of the user's own. */
const channel: Leaf = leaf(
  'a channel: what slack({ … }) and its like return, or an object with name and deliver()',
  (value) => {
    const { name, deliver } = (value ?? {}) as Partial<Channel>;
    return typeof name === 'string' && name !== '' && typeof deliver === 'function';
  },
  {
    // It may hold a secret.
    describe: (value) => (typeof value === 'object' && value !== null ? 'an object' : `a ${typeof value}`),
    fix: (value) =>
      typeof value === 'object' && value !== null && 'type' in value
        ? 'In code, make it with its factory, from @org/instrument/channels; types stand in configuration files.'
        : undefined,
  },
);

const each: Rule = {
  kind: 'by-place',
  code: channel,
  file: { kind: 'variants', key: 'type', of: TYPES },
};

/** Outboxes and metrics go by the names of channels. */
const namesDiffer: Relation = ({ to }, report) => {
  if (!Array.isArray(to)) return;
  const names = to.map((each: { name?: unknown; type?: unknown } | null) => each?.name ?? each?.type);
  for (const [i, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name === undefined || first === i) continue;
    const key = to[i].name === undefined ? 'type' : 'name';
    const fix = `Give it a name of its own, such as name: ${JSON.stringify(`${String(name)}-2`)}.`;
    report(`to[${i}].${key}`, 'a name that no channel before it has', fix);
  }
};

/** The option `channels`. */
export const channels: Fields = fieldsOf<ChannelsInitOptions>(
  {
    to: list('a list of channels', each),
    directory: text('the path of a directory that lasts'),
    closeTimeout: duration('zero'),
  },
  { switched: 'off', listAs: 'to', relations: [namesDiffer] },
);
