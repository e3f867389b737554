import { describeValue } from '@org/instrument-core';
import type { HealthPaths } from '@org/instrument-health/http';
import type { HealthInitOptions } from '../../options.ts';
import { choice, describeSecret, duration, integer, leaf, text } from './leaves.ts';
import { type Fields, fieldsOf, inCodeOnly, type Leaf, type Relation, type Rule } from './rule.ts';

/** A path without anything that would have to be decoded. */
const PATH = /^(?:\/[\w.~!$&'()*+,;=:@-]+)+$/;
/** The same, with or without a slash at its end; or nothing. */
const BASE_PATH = /^(?:\/[\w.~!$&'()*+,;=:@-]+)*\/?$/;
/** What stands in an Authorization header as it is. */
const TOKEN = /^[\x21-\x7e]+$/;

const path: Leaf = leaf(
  "a path such as '/health', or false to leave it out",
  (value) => value === false || (typeof value === 'string' && PATH.test(value)),
  { reads: 'text' },
);

/** Paths that are not said. */
const DEFAULT_PATHS: { readonly [Key in keyof HealthPaths]-?: string } = {
  health: '/health',
  live: '/livez',
  ready: '/readyz',
  startup: '/startupz',
};

const distinct: Relation = (values, report) => {
  const seen = new Map<unknown, string>();
  for (const [key, byDefault] of Object.entries(DEFAULT_PATHS)) {
    const value = values[key] ?? byDefault;
    const other = seen.get(value);
    if (other !== undefined && value !== false) {
      const found = `${describeValue(value)}${values[key] === undefined ? ', its default' : ''}`;
      report(key, `a path of its own, not that of ${other}`, undefined, found);
    }
    seen.set(value, key);
  }
};

/** Not shown in messages, for it is a secret. */
const token: Leaf = leaf(
  'a text of visible ASCII characters',
  (value) => typeof value === 'string' && TOKEN.test(value),
  {
    reads: 'text',
    describe: describeSecret,
  },
);

/** What is shown as it is, blanks too. */
const said = text('a text that is not empty', /./s);

function functionInCode(expected: string, key: string): Rule {
  return inCodeOnly(
    leaf(expected, (value) => typeof value === 'function'),
    'nothing: functions cannot be written in a file',
    `Give it in code, as health.${key}.`,
  );
}

/** The option `health`. */
export const health: Fields = fieldsOf<HealthInitOptions>(
  {
    paths: fieldsOf<HealthPaths>(
      { health: path, live: path, ready: path, startup: path },
      { relations: [distinct] },
    ),
    basePath: text("a path such as '/internal'", BASE_PATH),
    details: choice(['authorized', 'always', 'never']),
    token,
    authorize: functionInCode('a function that says whether a request may see details', 'authorize'),
    version: said,
    releaseId: said,
    serviceId: said,
    description: said,
    host: text('a host name or an IP address, without scheme and path', /^[^\s/]+$/),
    port: integer(0, 65_535),
    drainDelay: duration('zero'),
    guard: functionInCode('a function that says whether the instance stays ready', 'guard'),
  },
  { switched: 'both' },
);
