import type { WebhookOptions } from '@org/instrument-channels';
import { joinPath } from '../../path.ts';
import { bool, choice, describeSecret, leaf, text } from '../leaves.ts';
import { type Entries, type Fields, fieldsOf, isSettings, type Leaf, type Relation } from '../rule.ts';
import { hasUser, target } from './address.ts';
import { isSecret, secret } from './secret.ts';
import { channelFields, inCode, needs, oneOrMore } from './settings-rule.ts';

/** A token (RFC 9110, section 5.1). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Headers that the channel sets itself, and how they are had otherwise. */
const RESERVED: Readonly<Record<string, string>> = {
  'content-length': 'Remove it.',
  'content-encoding': 'Use compress: true.',
  'idempotency-key': 'Remove it: it is the id of the delivery.',
};
/** A secret of Standard Webhooks: base64 of 24 to 64 bytes, with or without its prefix ("Signature scheme"). */
const STANDARD_SECRET = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/;
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** White space around a value is not sent (Fetch, "normalize"); Latin-1 is, but for NUL and line ends. */
const headerText: Leaf = leaf(
  'a text in one line of Latin-1',
  (value) =>
    typeof value === 'string' && !/[\0\r\n]|[^\0-\xff]/.test(value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')),
  { reads: 'text', describe: describeSecret },
);

const headers: Entries = {
  kind: 'entries',
  expectedKey: 'the name of a header',
  acceptsKey: (key) => HEADER_NAME.test(key),
  value: headerText,
};

const ownHeaders: Relation = ({ headers: given }, report) => {
  if (!isSettings(given)) return;
  for (const name of Object.keys(given)) {
    const fix = RESERVED[name.toLowerCase()];
    if (fix !== undefined)
      report(joinPath('headers', name), 'another header', fix, 'a header that is set here');
  }
};

/** RFC 7617, section 2: a colon would end the user. */
const username: Leaf = leaf(
  'a text that is not empty, without a colon',
  (value) => typeof value === 'string' && value !== '' && !value.includes(':'),
  { reads: 'text', describe: describeSecret },
);
const anyText: Leaf = leaf('a text', (value) => typeof value === 'string', {
  reads: 'text',
  describe: describeSecret,
});
const basic: Fields = fieldsOf<NonNullable<WebhookOptions['basic']>>(
  { username, password: anyText },
  {
    relations: [needs('username'), needs('password')],
  },
);

const oneAuthorization: Relation = (values, report) => {
  const names = isSettings(values.headers) ? Object.keys(values.headers) : [];
  const ways = [
    hasUser(values.url),
    names.some((name) => name.toLowerCase() === 'authorization'),
    values.bearer !== undefined,
    values.basic !== undefined,
  ].filter((isTaken) => isTaken);
  if (ways.length < 2) return;
  const expected = 'one way to prove who it is: bearer, basic, headers.authorization, or a user in the URL';
  report('', expected, undefined, `${ways.length} of them`);
};

const signed: Relation = ({ secret: given, signatureHeader }, report) => {
  const secrets: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (signatureHeader !== undefined) {
    if (secrets.length === 1) return;
    const expected = 'one secret: a plain signature has no place for more';
    report('signatureHeader', expected, undefined, `${secrets.length} secrets`);
    return;
  }
  for (const [i, one] of secrets.entries()) {
    if (!isSecret(one) || isStandardSecret(one)) continue;
    const fix = 'Make one of random bytes: openssl rand -base64 32.';
    const path = Array.isArray(given) ? joinPath('secret', i) : 'secret';
    report(path, 'whsec_ and base64 of 24 to 64 bytes', fix, describeSecret(one));
  }
};

function isStandardSecret(text: string): boolean {
  const bytes = Buffer.from(STANDARD_SECRET.exec(text)?.[1] ?? '', 'base64').length;
  return bytes >= MIN_SECRET_BYTES && bytes <= MAX_SECRET_BYTES;
}

/** A channel of the type `webhook`. */
export const webhook: Fields = channelFields<WebhookOptions>(
  {
    url: target,
    method: choice(['POST', 'PUT']),
    headers,
    bearer: secret,
    basic,
    secret: oneOrMore(secret),
    signatureHeader: text('the name of a header', HEADER_NAME),
    format: inCode,
    compress: bool,
  },
  needs('url'),
  ownHeaders,
  oneAuthorization,
  signed,
);
