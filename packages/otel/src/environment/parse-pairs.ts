import { describeValue } from '@org/instrument-core';
import { accept, type Fault, type Parser, refuse } from './parse-values.ts';

/** A field name of HTTP: a token (RFC 9110, section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What Node.js refuses in a header value: all but tab, visible ASCII, space and obs-text (RFC 9110, section 5.5). */
const NOT_IN_HEADER_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const FORM = 'key1=value1,key2=value2';

/**
 * `OTEL_RESOURCE_ATTRIBUTES`: `key=value` pairs between commas, keys and values percent-encoded, all values strings
 * (resource SDK specification, "Specifying resource information via an environment variable"). Any error discards
 * the whole variable, as the specification asks.
 */
export const parseResourceAttributes: Parser<Record<string, string>> = (text) => {
  const pairs: [string, string][] = [];
  for (const entry of entriesOf(text)) {
    const [rawKey = '', rawValue, ...more] = entry.split('=');
    const key = decode(rawKey);
    const value = decode(rawValue ?? '');
    const found = describeValue(entry);
    const discarded = 'The whole variable is ignored.';
    if (rawValue === undefined || key === '') return refuse(found, FORM, discarded);
    if (more.length > 0) return refuse(found, FORM, `Write = in a value as %3D. ${discarded}`);
    if (key === undefined || value === undefined) {
      return refuse(found, 'valid percent-encoding', `Write % in a value as %25. ${discarded}`);
    }
    pairs.push([key, value]);
  }
  return accept(Object.fromEntries(pairs));
};

/**
 * `OTEL_EXPORTER_OTLP_*HEADERS`: as resource attributes, but values may hold `=`, and a wrong pair is left out alone.
 * Faults never repeat a value: it may be a secret.
 */
export const parseHeaders: Parser<Record<string, string>> = (text) => {
  const pairs: [string, string][] = [];
  const faults: Fault[] = [];
  for (const [index, entry] of entriesOf(text).entries()) {
    const split = entry.indexOf('=');
    const key = split < 0 ? undefined : decode(entry.slice(0, split));
    const value = decode(entry.slice(split + 1));
    if (key === undefined || !HEADER_NAME.test(key)) {
      const found = `entry ${index + 1} without a valid header name before =`;
      faults.push({ found, expected: FORM, fix: 'This entry is ignored.' });
    } else if (value === undefined) {
      const found = `a value of ${key} that cannot be decoded`;
      faults.push({ found, expected: 'percent-encoded text', fix: 'Write % as %25. This entry is ignored.' });
    } else if (NOT_IN_HEADER_VALUE.test(value)) {
      const found = `a value of ${key} that cannot be a header value`;
      const fix = 'Look for line breaks and characters beyond Latin-1. This entry is ignored.';
      faults.push({ found, expected: 'a text of characters allowed in HTTP headers', fix });
    } else {
      pairs.push([key, value]);
    }
  }
  return { value: pairs.length === 0 ? undefined : Object.fromEntries(pairs), faults };
};

function entriesOf(text: string): string[] {
  return text.split(',').filter((entry) => entry.trim() !== '');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
