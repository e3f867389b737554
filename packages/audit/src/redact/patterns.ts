import { types } from 'node:util';
import { describeValue, didYouMean, type Problem } from '@org/instrument-core';
import type { RedactionPattern } from '../options.ts';
import { redactBearer } from './bearer.ts';
import { redactCard } from './card.ts';
import { redactEmail } from './email.ts';
import { redactIban } from './iban.ts';
import { redactIpv4, redactIpv6 } from './ip-address.ts';
import { matchesNothing, type Redactor, redactorOf } from './pattern.ts';

/** The ready-made patterns. None takes more than linear time, whatever the text. */
const READY_MADE: Readonly<Record<RedactionPattern, Redactor>> = {
  email: redactEmail,
  card: redactCard,
  iban: redactIban,
  bearer: redactBearer,
  // The last four groups of an IPv6 address may be written as an IPv4 address.
  ipv6: redactIpv6,
  ipv4: redactIpv4,
};
const NAMES: readonly string[] = Object.keys(READY_MADE);

/** All patterns as one redactor; `undefined` where there are none. Ready-made ones go first, in an order of their own. */
export function combinePatterns(
  patterns: readonly (RegExp | RedactionPattern)[],
  replacement: string,
): ((text: string) => string) | undefined {
  const readyMade = NAMES.filter((name) => patterns.includes(name as RedactionPattern));
  const redactors = [
    ...readyMade.map((name) => READY_MADE[name as RedactionPattern]),
    ...patterns.filter((pattern) => typeof pattern !== 'string').map(redactorOf),
  ];
  if (redactors.length === 0) return undefined;
  return (text) => {
    let redacted = text;
    for (const redact of redactors) redacted = redact(redacted, replacement);
    return redacted;
  };
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
