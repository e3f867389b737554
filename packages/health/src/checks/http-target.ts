import { describeValue } from '@org/instrument-core';
import type { CheckOptionReader } from './options.ts';

/** Options that say where a request goes. */
export interface HttpTargetOptions {
  /** `http:` or `https:`. A user and password in it are sent as `Authorization: Basic`, and never shown. */
  readonly url: string | URL;
  /** Default none. Their values are never shown. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Where a request goes. */
export interface HttpTarget {
  /** Without credentials: fetch refuses a URL with them. */
  readonly url: string;
  /** Without query either. */
  readonly shown: string;
  /** Value of the header; `undefined` without credentials. */
  readonly authorization: string | undefined;
}

/** Reads the URL; credentials in it become a header. */
export function readUrl(read: CheckOptionReader<HttpTargetOptions>): HttpTarget {
  const expected = 'an absolute http: or https: URL';
  const given = read.raw('url');
  if (!(typeof given === 'string' || given instanceof URL) || !URL.canParse(String(given))) {
    // What cannot be parsed may hold a password all the same.
    const found = typeof given === 'string' ? 'text that is no URL' : describeValue(given);
    read.add('url', found, expected, 'Write it as in "https://api.example.com/health".');
    return { url: '', shown: '', authorization: undefined };
  }
  const url = new URL(given);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    read.add(
      'url',
      `a URL with ${url.protocol}`,
      expected,
      'Write it as in "https://api.example.com/health".',
    );
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const pair = `${decoded(username)}:${decoded(password)}`;
  return {
    url: url.href,
    shown: `${url.origin}${url.pathname}`,
    authorization: pair === ':' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % stands for itself.
    return text;
  }
}

/** Reads the headers. Values that are wrong are not shown. */
export function readHeaders(read: CheckOptionReader<HttpTargetOptions>): Headers {
  const headers = new Headers();
  const given = read.raw('headers') ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    read.add('headers', describeValue(given), 'an object of header names and values');
    return headers;
  }
  for (const [name, value] of Object.entries(given)) {
    try {
      if (typeof value !== 'string') throw new TypeError('not text');
      headers.set(name, value);
    } catch {
      read.add(
        `headers.${name}`,
        'a name or value that HTTP does not allow',
        'a token, and text in one line of Latin-1',
      );
    }
  }
  return headers;
}
