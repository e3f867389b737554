import { placeholderIn } from '@org/instrument-core';
import { describeSecret, leaf } from '../leaves.ts';
import type { Leaf } from '../rule.ts';
import { fillIn } from './fill-in.ts';

/** The address of a receiver. It is not shown, since paths and queries of webhooks are their password. */
export const target: Leaf = leaf(
  'an absolute http: or https: URL',
  (value) => isHttp(value) && placeholderOf(value) === undefined,
  {
    reads: 'text',
    describe: describeSecret,
    fix: (value) => (isHttp(value) ? fillIn(placeholderOf(value)) : undefined),
  },
);

/** The address of a receiver that has no use for a user in it. */
export const address: Leaf = {
  ...target,
  expected: `${target.expected} without a user`,
  accepts: (value) => target.accepts(value) && !hasUser(value),
};

/** Where a trace can be seen. */
export const traceUrl: Leaf = leaf(
  'a URL with {{traceId}} in it',
  (value) => isHttp(value) && !hasUser(value) && value.includes('{{traceId}}'),
  { reads: 'text' },
);

/** Whether a URL says who asks. */
export function hasUser(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

function isHttp(value: unknown): value is string {
  return (
    typeof value === 'string' && URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol)
  );
}

/** What in an address is a placeholder, part by part: some are so only where nothing stands beside them. */
function placeholderOf(text: string): string | undefined {
  const { hostname, pathname, search } = new URL(text);
  const parts = [hostname, ...pathname.split('/').slice(1), search, text];
  return parts.map(placeholderIn).find((what) => what !== undefined);
}
