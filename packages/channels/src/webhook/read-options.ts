import { describeValue, OptionReader } from '@org/instrument-core';
import { basic, bearer } from '../http/credentials.ts';
import { readHeaders } from '../http/read-headers.ts';
import { readSecret, readTarget, secretFault, type Target } from '../http/read-target.ts';
import { CHANNEL_SETTINGS, readSettings } from '../settings/read-settings.ts';
import type { ChannelSettings } from '../settings.ts';
import type { WebhookOptions } from './options.ts';
import { keyOf, plainSignature, standardHeaders } from './signature.ts';

const OPTIONS: readonly (keyof WebhookOptions)[] = [
  ...CHANNEL_SETTINGS,
  'name',
  'url',
  'method',
  'headers',
  'bearer',
  'basic',
  'secret',
  'signatureHeader',
  'format',
  'compress',
];

/** Makes the headers that prove a body, of a delivery of that id. */
export type Sign = (id: string, body: string) => Record<string, string>;

/** Options that are right, with their defaults. */
export interface WebhookPlan {
  readonly name: string;
  readonly settings: ChannelSettings;
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly sign: Sign;
  readonly format: WebhookOptions['format'];
  readonly compress: boolean;
}

/** @throws {InstrumentError} with all that is wrong. */
export function readOptions(options: WebhookOptions): WebhookPlan {
  const read = new OptionReader<WebhookOptions>(options, OPTIONS);
  const settings = readSettings(read);
  const target = readTarget(read, 'url', 'https://hooks.example.com/telemetry');
  const headers = readHeaders(read, 'headers', {
    'content-length': 'Remove it.',
    'content-encoding': 'Use compress: true.',
    'idempotency-key': 'Remove it: it is the id of the delivery.',
  });
  const authorization = readAuthorization(read, target, headers);
  const { sign, secrets } = readSigning(read);
  const plan: WebhookPlan = {
    name: read.text('name', 'webhook'),
    settings,
    url: target.url,
    method: read.oneOf('method', 'POST', ['POST', 'PUT']),
    headers: { ...headers, ...authorization.header },
    secrets: [...secrets, ...ofHeaders(headers), ...authorization.secrets],
    sign,
    format: read.callback('format'),
    compress: read.flag('compress', false),
  };
  read.done('The webhook cannot be set up');
  return plan;
}

interface Authorization {
  readonly header: { readonly authorization?: string };
  readonly secrets: readonly string[];
}

function readAuthorization(
  read: OptionReader<WebhookOptions>,
  target: Target,
  headers: Readonly<Record<string, string>>,
): Authorization {
  const token = readSecret(read, 'bearer');
  const pair = readBasic(read);
  const ways = [
    target.authorization,
    headers.authorization,
    token === undefined ? undefined : bearer(token),
    pair === undefined ? undefined : basic(pair.username, pair.password),
  ].filter((way) => way !== undefined);
  if (ways.length > 1) {
    const expected = 'one way to prove who it is: bearer, basic, headers.authorization, or a user in the URL';
    read.add('', `${ways.length} of them`, expected);
  }
  const [authorization] = ways;
  if (authorization === undefined) return { header: {}, secrets: [] };
  // A receiver may quote the header, what follows its scheme, or what it has made of that.
  const value = authorization.slice(authorization.indexOf(' ') + 1);
  const password = pair?.password ?? target.password;
  const secrets = [authorization, value, ...(password === undefined ? [] : [password])];
  return { header: { authorization }, secrets };
}

function readBasic(read: OptionReader<WebhookOptions>): WebhookOptions['basic'] {
  const given: unknown = read.raw('basic');
  if (given === undefined) return undefined;
  const { username, password } = (given ?? {}) as Record<string, unknown>;
  const isPair = typeof username === 'string' && typeof password === 'string';
  // RFC 7617, section 2: a colon would end the user.
  if (isPair && username !== '' && !username.includes(':')) return { username, password };
  read.add(
    'basic',
    `a value of type ${typeof given}`,
    'a username without a colon, and a password',
    "Write it as in basic: { username: 'ops', password: env.PASSWORD }.",
  );
  return undefined;
}

/** Shorter values are no secrets, and would be found in every text. */
const MIN_SECRET_LENGTH = 6;

function ofHeaders(headers: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(headers).filter(([name]) => name !== 'content-type' && name !== 'accept');
  return values.map(([, value]) => value).filter((value) => value.length >= MIN_SECRET_LENGTH);
}

function readSigning(read: OptionReader<WebhookOptions>): { sign: Sign; secrets: readonly string[] } {
  const header = readSignatureHeader(read);
  const given: unknown = read.raw('secret');
  const secrets: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
  const keys: Buffer[] = [];
  const texts: string[] = [];
  if (Array.isArray(given) && given.length === 0) read.add('secret', 'an empty list', 'a secret, or several');
  for (const [at, secret] of secrets.entries()) {
    const path = Array.isArray(given) ? `secret[${at}]` : 'secret';
    const key =
      secretFault(secret) ?? (header === undefined ? keyOf(secret as string) : Buffer.from(secret as string));
    if (typeof key === 'string') {
      const fix = 'Make one of random bytes: openssl rand -base64 32.';
      read.add(
        path,
        key,
        header === undefined ? 'whsec_ and base64 of 24 to 64 bytes' : 'visible ASCII characters',
        fix,
      );
    } else {
      keys.push(key);
      texts.push(secret as string);
    }
  }
  if (header !== undefined && secrets.length !== 1) {
    read.add(
      'signatureHeader',
      `${secrets.length} secrets`,
      'one secret: a plain signature has no place for more',
    );
  }
  const [first] = texts;
  if (first === undefined) return { sign: () => ({}), secrets: [] };
  const sign: Sign =
    header === undefined
      ? (id, body) => standardHeaders(keys, id, body)
      : (_, body) => ({ [header]: plainSignature(first, body) });
  return { sign, secrets: texts };
}

function readSignatureHeader(read: OptionReader<WebhookOptions>): string | undefined {
  const name = read.text('signatureHeader', undefined);
  // RFC 9110, section 5.1: a token.
  if (name === undefined || /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return name?.toLowerCase();
  read.add('signatureHeader', describeValue(name), "the name of a header, such as 'X-Hub-Signature-256'");
  return undefined;
}
