import type { ConnectionOptions } from 'node:tls';
import { describeValue, type OptionReader } from '@org/instrument-core';
import type { EmailOptions } from './email-channel.ts';

/** Options that say which server, and how. */
export const SERVER_OPTIONS = ['url', 'host', 'port', 'secure', 'requireTLS', 'auth', 'tls'] as const;

/** Message submission (RFC 6409), and the same over TLS (RFC 8314, 7.3). */
const SUBMISSION = 587;
const SUBMISSIONS = 465;
const EXAMPLE = 'smtps://user:password@smtp.example.com';

/** A server, and how to speak to it. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  readonly tls: ConnectionOptions;
}

type Parts = Pick<EmailOptions, 'host' | 'port' | 'secure' | 'auth'>;

/** Reads the server. Neither its password nor its URL is shown. */
export function readServer(read: OptionReader<EmailOptions>): Server {
  const parts = read.raw('url') === undefined ? readParts(read) : readUrl(read);
  const { host = 'localhost', port, auth } = parts;
  const secure = parts.secure ?? port === SUBMISSIONS;
  const tls: unknown = read.raw('tls');
  const isTls = tls === undefined || (typeof tls === 'object' && tls !== null && !Array.isArray(tls));
  if (!isTls) read.add('tls', describeValue(typeof tls), 'an object of options of TLS');
  return {
    host,
    port: port ?? (secure ? SUBMISSIONS : SUBMISSION),
    secure,
    requireTLS: read.flag('requireTLS', !isLoopback(host)),
    auth,
    tls: {
      // Mail servers have certificates for the names that others call them by. Nobody is in between here.
      ...(isLoopback(host) ? { rejectUnauthorized: false } : {}),
      ...(isTls ? (tls as ConnectionOptions | undefined) : {}),
    },
  };
}

function readParts(read: OptionReader<EmailOptions>): Parts {
  const host = read.required('host', 'smtp.example.com');
  if (/[\s/@]/.test(host)) read.add('host', 'text that is no host', 'the name or address of a host');
  const port = read.number('port', undefined, { min: 1, max: 65_535, isInteger: true });
  const secure = read.raw('secure') === undefined ? undefined : read.flag('secure', false);
  const auth = readAuth(read);
  return {
    ...(host === '' ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(secure === undefined ? {} : { secure }),
    ...(auth === undefined ? {} : { auth }),
  };
}

function readAuth(read: OptionReader<EmailOptions>): Parts['auth'] {
  const given: unknown = read.raw('auth');
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null) {
    read.add('auth', `a value of type ${typeof given}`, '{ user, pass }');
    return undefined;
  }
  const { user, pass, ...others } = given as Record<string, unknown>;
  // Values are not shown, whatever they are.
  for (const key of Object.keys(others))
    read.add(`auth.${key}`, 'an option', 'user and pass only', 'Remove it.');
  for (const [key, value] of Object.entries({ user, pass })) {
    if (typeof value === 'string' && value !== '') continue;
    const found =
      value === undefined ? 'nothing' : value === '' ? 'empty text' : `a value of type ${typeof value}`;
    read.add(`auth.${key}`, found, 'text that is not empty');
  }
  return typeof user === 'string' && typeof pass === 'string' ? { user, pass } : undefined;
}

function readUrl(read: OptionReader<EmailOptions>): Parts {
  for (const key of ['host', 'port', 'secure', 'auth'] as const) {
    if (read.raw(key) !== undefined)
      read.add(key, 'a value beside url', 'one or the other', 'Remove it, or url.');
  }
  const given: unknown = read.raw('url');
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    const found = typeof given === 'string' ? 'text that is no such URL' : `a value of type ${typeof given}`;
    read.add('url', found, 'a URL with smtp: or smtps:', `Write it as in url: '${EXAMPLE}'.`);
    return {};
  }
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    read.add('url', 'a URL with a path or a query', 'a server alone', 'Other options stand beside url.');
  }
  const user = decoded(url.username);
  const pass = decoded(url.password);
  if ((user === '') !== (pass === '')) read.add('url', 'a user or a password alone', 'both, or none');
  return {
    // Of an address of IPv6 without its brackets.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.protocol === 'smtps:' ? { secure: true } : {}),
    ...(user === '' || pass === '' ? {} : { auth: { user, pass } }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);
}
