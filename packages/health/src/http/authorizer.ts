import type { Buffer } from 'node:buffer';
import { createHash, timingSafeEqual } from 'node:crypto';
import { reportFault } from '@org/instrument-core';
import type { RequestFacts } from './request-facts.ts';
import type { HttpSettings } from './settings.ts';

/** Tells whether the sender of a request may see details; a promise only when the user's function returns one. */
export type Authorizer = (facts: RequestFacts) => boolean | Promise<boolean>;

/** Authorises as `details`, `token` and `authorize` say; either of the latter two is enough. Never throws or rejects. */
export function createAuthorizer(settings: HttpSettings): Authorizer {
  const { details, token, authorize } = settings;
  if (details !== 'authorized') return () => details === 'always';
  const expected = token === undefined ? undefined : digestOf(token);
  return (facts) => {
    if (expected !== undefined && isBearer(facts.authorization, expected)) return true;
    return authorize === undefined ? false : ask(authorize, facts);
  };
}

/** Digests are compared, so that neither the length nor the beginning of a guess shows in the time it takes. */
function isBearer(authorization: string | undefined, expected: Buffer): boolean {
  const credentials = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return credentials !== undefined && timingSafeEqual(digestOf(credentials), expected);
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function ask(
  authorize: NonNullable<HttpSettings['authorize']>,
  facts: RequestFacts,
): boolean | Promise<boolean> {
  try {
    const verdict: unknown = authorize(facts.describe());
    if (!isThenable(verdict)) return verdict === true;
    return Promise.resolve(verdict).then((settled) => settled === true, refused);
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): false {
  reportFault('health', 'authorize', error);
  return false;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
