import type { EmailOptions } from '@org/instrument-channels';
import { bool, describeSecret, integer, leaf, text } from '../leaves.ts';
import { type Fields, fieldsOf, type Leaf, type Relation } from '../rule.ts';
import { password } from './secret.ts';
import { channelFields, needs, oneOrMore } from './settings-rule.ts';

/** What servers take in one mail at least (RFC 5321, 4.5.3.1.8). */
const MAX_RECIPIENTS = 100;
/** No blanks, quotes or brackets, which need rules of their own, and which nobody's address has. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,255}$/;
const NAMED = /^(?:"[^"\\<>]*"|[^"\\<>@,;]*?)\s*<([^<>]*)>$/;
/** What the URL of a server says already. */
const PARTS = ['host', 'port', 'secure', 'auth'] as const;

const mailbox: Leaf = leaf("an address, as 'a@example.com' or 'Name <a@example.com>'", isMailbox, {
  reads: 'text',
  fix: (value) =>
    typeof value === 'string' && value.includes(',')
      ? 'Give several as a list, where one is possible.'
      : undefined,
});

const serverUrl: Leaf = leaf('a URL with smtp: or smtps:, of a server alone', isServer, {
  reads: 'text',
  describe: describeSecret,
  fix: () => "Write it as in url: 'smtps://user:password@smtp.example.com'.",
});

const tls: Leaf = leaf(
  'options of TLS',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { describe: describeSecret },
);

const urlOrParts: Relation = (values, report) => {
  if (values.url === undefined) return;
  for (const key of PARTS) {
    if (values[key] !== undefined) report(key, 'nothing beside url', 'Remove it, or url.', 'a value');
  }
};

const fewEnough: Relation = ({ to, cc, bcc }, report) => {
  const count = [to, cc, bcc].flat().filter(isMailbox).length;
  if (count <= MAX_RECIPIENTS) return;
  report('to', `at most ${MAX_RECIPIENTS}`, 'Use the address of a mailing list.', `${count} addresses`);
};

/** Whether it is a mailbox (RFC 5322, 3.4), with or without a name. */
function isMailbox(value: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end would begin another header.
  if (typeof value !== 'string' || /[\u0000-\u001f\u007f]/.test(value)) return false;
  const trimmed = value.trim();
  return ADDRESS.test((NAMED.exec(trimmed)?.[1] ?? trimmed).trim());
}

function isServer(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(value);
  return (
    ['smtp:', 'smtps:'].includes(protocol) &&
    hostname !== '' &&
    ['', '/'].includes(pathname) &&
    search === '' &&
    hash === '' &&
    (username === '') === (password === '')
  );
}

/** A channel of the type `email`. */
export const email: Fields = channelFields<EmailOptions>(
  {
    url: serverUrl,
    host: text('the name or address of a host', /^[^\s/@]+$/),
    port: integer(1, 65_535),
    secure: bool,
    requireTLS: bool,
    auth: fieldsOf<NonNullable<EmailOptions['auth']>>(
      { user: password, pass: password },
      { relations: [needs('user'), needs('pass')] },
    ),
    tls,
    from: mailbox,
    to: oneOrMore(mailbox),
    cc: oneOrMore(mailbox),
    bcc: oneOrMore(mailbox),
    replyTo: mailbox,
  },
  needs('from'),
  needs('host', 'url'),
  needs('to', 'cc', 'bcc'),
  urlOrParts,
  fewEnough,
);
