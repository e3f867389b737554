import { type OptionReader, placeholderIn } from '@org/instrument-core';
import { basic } from './credentials.ts';

/** Where requests go. */
export interface Target {
  /** Without credentials: fetch refuses a URL with them. */
  readonly url: string;
  /** `Authorization` of the credentials that the URL had. */
  readonly authorization: string | undefined;
  readonly password: string | undefined;
}

const NOWHERE: Target = { url: 'http://invalid.invalid', authorization: undefined, password: undefined };

/**
 * Reads an address that must be given: `http:` or `https:`, of a real receiver. Nothing of it is shown but its scheme, since
 * paths and queries of webhooks are their password.
 */
export function readTarget<O extends object>(
  read: OptionReader<O>,
  key: keyof O & string,
  example: string,
  fallback?: string,
): Target {
  const given = read.raw(key) ?? fallback;
  const expected = 'an absolute http: or https: URL';
  const fix = `Write it as in ${key}: '${example}'.`;
  if (!(typeof given === 'string' || given instanceof URL)) {
    // A list or an object may well hold the address.
    read.add(key, typeWord(given), expected, fix);
    return NOWHERE;
  }
  const text = String(given);
  if (!URL.canParse(text)) {
    read.add(key, text.trim() === '' ? 'empty text' : 'text that is no URL', expected, fix);
    return NOWHERE;
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    read.add(key, `a URL with ${url.protocol}`, expected, fix);
    return NOWHERE;
  }
  const placeholder = placeholderOf(text, url);
  if (placeholder !== undefined) {
    read.add(key, placeholder, 'the address that the receiver gave you', fix);
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  const hasCredentials = username !== '' || password !== '';
  return {
    url: url.href,
    authorization: hasCredentials ? basic(decoded(username), decoded(password)) : undefined,
    password: password === '' ? undefined : decoded(password),
  };
}

/** Reads an address as {@link readTarget} does, of a receiver that has no use for a user in it. */
export function readAddress<O extends object>(
  read: OptionReader<O>,
  key: keyof O & string,
  example: string,
  fallback?: string,
): string {
  const { url, authorization } = readTarget(read, key, example, fallback);
  if (authorization !== undefined) read.add(key, 'a URL with a user', 'a URL without', 'Leave the user out.');
  return url;
}

/** Reads a secret, which is never shown; `undefined` when it is not there, or wrong. */
export function readSecret<O extends object>(
  read: OptionReader<O>,
  key: keyof O & string,
): string | undefined {
  const value = read.raw(key);
  if (value === undefined) return undefined;
  const found = secretFault(value);
  if (found === undefined) return value as string;
  read.add(key, found, 'a secret: visible ASCII characters');
  return undefined;
}

/** What is wrong with a secret that travels in a header or in JSON, in words that do not show it. */
export function secretFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return typeWord(value);
  if (value === '') return 'empty text';
  const placeholder = placeholderIn(value);
  if (placeholder !== undefined) return `a placeholder (${placeholder})`;
  if (!/^[\x21-\x7E]+$/.test(value)) return 'text with spaces, line ends or other characters';
  return undefined;
}

/** Which part of an address is a placeholder, and what makes it one. */
function placeholderOf(text: string, { hostname, pathname, search }: URL): string | undefined {
  const parts: (readonly [where: string, part: string])[] = [
    ['its host', hostname],
    ...pathname
      .split('/')
      .slice(1)
      .map((part, i) => [`part ${i + 1} of its path`, part] as const),
    ['its query', search],
    ['it', text],
  ];
  for (const [where, part] of parts) {
    const what = placeholderIn(part);
    if (what !== undefined) return `a placeholder in ${where} (${what})`;
  }
  return undefined;
}

/** What a value is, in words that do not show it. */
function typeWord(value: unknown): string {
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % stands for itself.
    return text;
  }
}
