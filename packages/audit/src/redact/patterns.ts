import { types } from 'node:util';
import { describeValue, didYouMean, type Problem } from '@org/instrument-core';
import type { RedactionPattern } from '../options.ts';
import { findBearer, findJwt } from './bearer.ts';
import { findCard } from './card.ts';
import { findEmail, findEncodedEmail } from './email.ts';
import { findIban } from './iban.ts';
import { findIpv4, findIpv6 } from './ip-address.ts';
import { type Finder, matchesNothing, ownFinder } from './pattern.ts';
import { createRedactor, type Redactor } from './redactor.ts';

/** The ready-made patterns. None takes more than linear time, whatever the text. */
const READY_MADE: Readonly<Record<RedactionPattern, readonly Finder[]>> = {
  email: [findEmail, findEncodedEmail],
  card: [findCard],
  iban: [findIban],
  bearer: [findBearer, findJwt],
  // The last four groups of an IPv6 address may be written as an IPv4 address.
  ipv6: [findIpv6],
  ipv4: [findIpv4],
};
const NAMES: readonly string[] = Object.keys(READY_MADE);

/** All patterns as one redactor; `undefined` where there are none. Ready-made ones go first, in an order of their own. */
export function combinePatterns(
  patterns: readonly (RegExp | RedactionPattern)[],
  replacement: string,
): Redactor | undefined {
  const readyMade = NAMES.filter((name) => patterns.includes(name as RedactionPattern));
  const finders = [
    ...readyMade.flatMap((name) => READY_MADE[name as RedactionPattern]),
    ...patterns.filter((pattern) => typeof pattern !== 'string').map(ownFinder),
  ];
  return finders.length === 0 ? undefined : createRedactor(finders, replacement);
}

/** What is wrong with the patterns for redaction. */
export function patternProblems(patterns: unknown, prefix: string): Problem[] {
  if (patterns === undefined) return [];
  const expected = `a RegExp, or one of ${NAMES.join(', ')}`;
  if (!Array.isArray(patterns)) {
    return [{ path: prefix, found: describeValue(patterns), expected: `a list, each of it ${expected}` }];
  }
  return patterns.flatMap((pattern: unknown, i): Problem[] => {
    const path = `${prefix}[${i}]`;
    if (types.isRegExp(pattern)) {
      if (!matchesNothing(pattern)) return [];
      return [{ path, found: String(pattern), expected: 'a pattern that does not match an empty text' }];
    }
    if (typeof pattern === 'string' && NAMES.includes(pattern)) return [];
    const fix = didYouMean(pattern, NAMES);
    return [{ path, found: describeValue(pattern), expected, ...(fix === undefined ? {} : { fix }) }];
  });
}
