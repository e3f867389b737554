import { placeholderIn } from '@org/instrument-core';
import { describeSecret, leaf } from '../leaves.ts';
import type { Leaf } from '../rule.ts';
import { fillIn } from './fill-in.ts';

/** A text that is not shown in messages, whatever is in it. */
export const password: Leaf = leaf(
  'a text that is not empty',
  (value) => typeof value === 'string' && value !== '',
  { reads: 'text', describe: describeSecret },
);

/** A secret that travels in a header or in JSON. */
export const secret: Leaf = secretOf('a secret: visible ASCII characters', /^[\x21-\x7e]+$/);

/** Whether it is a {@link secret}. */
export function isSecret(value: unknown): value is string {
  return secret.accepts(value);
}

/** A {@link secret} of the given form. */
export function secretOf(expected: string, form: RegExp): Leaf {
  return leaf(
    expected,
    (value) => typeof value === 'string' && form.test(value) && placeholderIn(value) === undefined,
    {
      reads: 'text',
      describe: describeSecret,
      fix: (value) => (typeof value === 'string' ? fillIn(placeholderIn(value)) : undefined),
    },
  );
}
