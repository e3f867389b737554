import type { HealthPaths } from '@org/instrument-health/http';
import type { HealthInitOptions } from '../../options.ts';
import { choice, describeSecret, duration, integer, leaf, text } from './leaves.ts';
import { type Fields, fieldsOf, inCodeOnly, type Leaf, type Relation, type Rule } from './rule.ts';

/** A path without anything that would have to be decoded. */
const PATH = /^(?:\/[\w.~!$&'()*+,;=:@-]+)+$/;
/** What stands in an Authorization header as it is. */
const TOKEN = /^[\x21-\x7e]+$/;

const path: Leaf = leaf(
  "a path such as '/health', or false to leave it out",
  (value) => value === false || (typeof value === 'string' && PATH.test(value)),
  { reads: 'text' },
);

const distinct: Relation = (values, report) => {
  const seen = new Map<unknown, string>();
  for (const [key, value] of Object.entries(values)) {
    const other = seen.get(value);
    if (other !== undefined && value !== false) report(key, `a path of its own, not that of ${other}`);
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
    basePath: text("a path such as '/internal'", PATH),
    details: choice(['authorized', 'always', 'never']),
    token,
    authorize: functionInCode('a function that says whether a request may see details', 'authorize'),
    version: text(),
    releaseId: text(),
    serviceId: text(),
    description: text(),
    host: text('a host name or an IP address, without scheme and path', /^[^\s/]+$/),
    port: integer(0, 65_535),
    drainDelay: duration('zero'),
    guard: functionInCode('a function that says whether the instance stays ready', 'guard'),
  },
  { switched: 'both' },
);
