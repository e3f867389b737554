import { inspect } from 'node:util';
import { expect } from 'vitest';
import { DeliveryError } from '../../src/delivery-error.ts';
import type { Post } from '../../src/http/post.ts';

export const SECRET_PATH = '/services/T024BE7LD/pL4ceOfTheS3cret?sig=qu3ryS3cret';
export const TOKEN = 't0k3n/with+signs&more=';

/** A request with secrets in it. */
export function request(origin: string, more: Partial<Post> = {}): Post {
  return {
    receiver: 'The receiver',
    url: `${origin}${SECRET_PATH}`,
    body: '{"a":1}',
    headers: { authorization: `Bearer ${TOKEN}` },
    secrets: [TOKEN],
    signal: new AbortController().signal,
    ...more,
  };
}

/** The error of a request that was not taken, which shows none of the secrets. */
export async function failureOf(sent: Promise<unknown>): Promise<DeliveryError> {
  const error: unknown = await sent.then(
    () => expect.fail('it was taken'),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(DeliveryError);
  const shown = inspect(error, { depth: 10, showHidden: true });
  for (const secret of ['pL4ceOfTheS3cret', 'qu3ryS3cret', 'T024BE7LD', TOKEN])
    expect(shown).not.toContain(secret);
  return error as DeliveryError;
}
