import { describeUrl, MAX_TIMER_MILLIS, parseDuration } from '@org/instrument-core';
import { suggest } from '../suggest.ts';
import type { Leaf, List, Rule } from './rule.ts';

/** What Node.js refuses in a header value: all but tab, visible ASCII, space and obs-text (RFC 9110, section 5.5). */
const NOT_IN_HEADER_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** A leaf of the given test. */
export function leaf(
  expected: string,
  accepts: (value: unknown) => boolean,
  more: Omit<Leaf, 'kind' | 'expected' | 'accepts'> = {},
): Leaf {
  return { kind: 'leaf', expected, accepts, ...more };
}

export const bool: Leaf = leaf('true or false', (value) => typeof value === 'boolean', {
  reads: 'boolean',
  fix: (value) => (typeof value === 'string' ? 'Write it without quotes.' : undefined),
});

/** A text that is not blank, and that fits `pattern`. */
export function text(expected: string = 'a text that is not empty', pattern: RegExp = /\S/): Leaf {
  return leaf(expected, (value) => typeof value === 'string' && pattern.test(value), {
    reads: 'text',
    fix: (value) => (typeof value === 'number' ? 'Put it in quotes.' : undefined),
  });
}

/** An integer from `least` to `most`; from 2⁵³ on, not every integer is a number. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): Leaf {
  const range = most >= Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const accepts = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return leaf(`an integer ${range}`, accepts, { reads: 'number', fix: unquote });
}

export const ratio: Leaf = leaf(
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
  {
    reads: 'number',
    fix: (value) => (Number(value) > 1 && Number(value) <= 100 ? percent(value) : unquote(value)),
  },
);

/** Whether 0 is a duration, too. */
type Zero = 'zero' | 'no zero';

/** A duration in milliseconds or with a unit, which a timer can wait for; 0 only where `zero` allows it. */
export function duration(zero: Zero = 'no zero'): Leaf {
  return durationUpTo(MAX_TIMER_MILLIS, 'The longest delay of a timer is 24.8 days.', zero, '30s');
}

/** A duration that no timer has to wait for at once: it may be longer than a timer can. 0 only where `zero` allows it. */
export function age(zero: Zero = 'no zero', mostMillis: number = Number.POSITIVE_INFINITY): Leaf {
  return durationUpTo(mostMillis, `The longest is ${mostMillis} ms.`, zero, '30d');
}

function durationUpTo(mostMillis: number, tooLong: string, zero: Zero, example: string): Leaf {
  const expected = `a duration ${zero === 'zero' ? 'of at least 0' : 'above 0'}, in milliseconds or such as '${example}'`;
  const accepts = (value: unknown) => {
    const millis = parseDuration(value);
    return millis !== undefined && millis <= mostMillis && (millis > 0 || zero === 'zero');
  };
  const fix = (value: unknown) => {
    if ((parseDuration(value) ?? 0) > mostMillis) return tooLong;
    return typeof value === 'string' ? 'Write a number and one of the units ms, s, m, h, d.' : undefined;
  };
  return leaf(expected, accepts, { reads: 'number', fix });
}

/** One of a few words. */
export function choice(words: readonly string[]): Leaf {
  return leaf(`one of ${words.join(', ')}`, (value) => words.includes(value as string), {
    reads: 'text',
    fix: (value) => suggest(value, words),
  });
}

/** An `http:` or `https:` URL. Credentials in it are not shown in messages. */
export const url: Leaf = leaf(
  'an http:// or https:// URL',
  (value) => typeof value === 'string' && URL.canParse(value) && /^https?:\/\/[^/]/i.test(value),
  {
    reads: 'text',
    // An object may be a URL with credentials, or settings with headers.
    describe: (value) =>
      typeof value === 'object' && value !== null ? describeSecret(value) : describeUrl(value),
    fix: (value) =>
      typeof value === 'string' ? 'Write it in full, such as http://localhost:4318.' : undefined,
  },
);

/** What may be a secret, or hold one, for messages: what kind of value it is. */
export function describeSecret(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  return Array.isArray(value) ? 'a list' : 'settings';
}

/** The value of an HTTP header; never shown in messages, for it may be a secret. */
export const headerValue: Leaf = leaf(
  'a text of characters allowed in HTTP headers',
  (value) => typeof value === 'string' && !NOT_IN_HEADER_VALUE.test(value),
  {
    reads: 'text',
    describe: describeSecret,
    fix: (value) =>
      typeof value === 'string' ? 'Look for line breaks and characters beyond Latin-1.' : undefined,
  },
);

/** A regular expression, in code or as text. */
export const pattern: Leaf = leaf(
  'a regular expression',
  (value) => value instanceof RegExp || (typeof value === 'string' && value !== '' && compiles(value)),
  { reads: 'text' },
);

const scalarTypes = ['string', 'number', 'boolean'];

/** The value of an attribute: a string, a number, a boolean, or a list of one of these (specification, "Attribute"). */
export const attributeValue: Leaf = leaf(
  'a string, a finite number, a boolean, or a list of one of these',
  (value) => {
    const items: unknown[] = Array.isArray(value) ? value.filter((item) => item != null) : [value];
    return items.every(
      (item) =>
        scalarTypes.includes(typeof item) &&
        typeof item === typeof items[0] &&
        (typeof item !== 'number' || Number.isFinite(item)),
    );
  },
);

/** An instance with the given methods. */
export function instance(expected: string, methods: readonly string[]): Leaf {
  return leaf(expected, (value) => {
    if (typeof value !== 'object' || value === null) return false;
    return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
  });
}

/** A list of `item`. */
export function list(
  expected: string,
  item: Rule,
  more: Omit<List, 'kind' | 'expected' | 'item'> = {},
): List {
  return { kind: 'list', expected, item, ...more };
}

function compiles(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

function unquote(value: unknown): string | undefined {
  const quoted = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
  return quoted ? 'Write it without quotes.' : undefined;
}

function percent(value: unknown): string {
  return `Write ${value} % as ${Number(value) / 100}.`;
}
