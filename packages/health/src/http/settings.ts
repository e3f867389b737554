import { describeValue, InstrumentError, type Problem, unknownKeys } from '@org/instrument-core';
import type { Health } from '../health.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';
import { recordOf } from './option-problems.ts';
import type { HealthHttpOptions } from './options.ts';

/** Options after validation, defaults filled in. */
export interface HttpSettings {
  /** Longest path first, so that the nearest one is found where one lies below another. */
  readonly endpoints: readonly Endpoint[];
  readonly details: 'authorized' | 'always' | 'never';
  readonly token: string | undefined;
  readonly authorize: HealthHttpOptions['authorize'];
  /** Members of `application/health+json` that say whose health it is. */
  readonly identity: Readonly<Record<string, string>>;
}

const IDENTITY = ['version', 'releaseId', 'serviceId', 'description'] as const;
const DETAILS: readonly unknown[] = ['authorized', 'always', 'never'];
const KEYS: readonly string[] = ['paths', 'basePath', 'details', 'token', 'authorize', ...IDENTITY];
/** What can be sent in a header without being changed: visible ASCII (RFC 9110, 5.5). */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Checks the options of the HTTP probes and fills in the defaults.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT`, with all problems at once.
 */
export function httpSettings(health: Health, options: HealthHttpOptions): HttpSettings {
  const problems: Problem[] = [];
  if (typeof health?.report !== 'function') {
    // Not shown: it may be the options, with the token.
    const expected = '`health` of @org/instrument, or what createHealth() returns';
    problems.push({ path: 'health', found: 'something else', expected, fix: 'It comes before the options.' });
  }
  const given = recordOf('options', options, problems);
  problems.push(...unknownKeys(given, KEYS));
  const endpoints = endpointsOf(given, problems);
  const { details = 'authorized', token, authorize } = given;
  if (!DETAILS.includes(details)) {
    problems.push({
      path: 'details',
      found: describeValue(details),
      expected: "'authorized', 'always' or 'never'",
    });
  }
  checkToken(token, problems);
  if (authorize !== undefined && typeof authorize !== 'function') {
    problems.push({ path: 'authorize', found: describeValue(authorize), expected: 'a function' });
  }
  const identity = identityOf(given, problems);
  if (problems.length > 0) {
    throw new InstrumentError(
      'INSTRUMENT_INVALID_ARGUMENT',
      'The options of the health endpoints are wrong',
      problems,
    );
  }
  return {
    endpoints,
    details: details as HttpSettings['details'],
    token: token as string | undefined,
    authorize: authorize as HttpSettings['authorize'],
    identity,
  };
}

/** The token itself stays out of the message: messages end up in logs. */
function checkToken(token: unknown, problems: Problem[]): void {
  if (token === undefined || (typeof token === 'string' && TOKEN.test(token))) return;
  const found =
    typeof token !== 'string'
      ? `a value of type ${typeof token}`
      : token.trim() === ''
        ? 'an empty text'
        : 'a text with spaces, control characters or others that no header can carry';
  problems.push({
    path: 'token',
    found,
    expected: 'one or more visible ASCII characters',
    fix: 'Leave it out where nobody shall see details.',
  });
}

function identityOf(given: Record<string, unknown>, problems: Problem[]): Record<string, string> {
  const identity: Record<string, string> = {};
  for (const key of IDENTITY) {
    const value = given[key];
    if (value === undefined) continue;
    if (typeof value === 'string' && value !== '') identity[key] = value;
    else problems.push({ path: key, found: describeValue(value), expected: 'a text that is not empty' });
  }
  return identity;
}
