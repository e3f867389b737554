import type { RedactionOptions, RetentionOptions } from '@org/instrument-audit';
import type { AuditInitOptions } from '../../options.ts';
import { bool, choice, describeSecret, duration, integer, leaf, list, pattern, text } from './leaves.ts';
import { type Fields, fieldsOf, type Leaf, type Relation } from './rule.ts';

const DIRECTORY = 'the path of a directory that lasts';

/** Ready-made patterns of redaction. */
const PATTERNS = ['email', 'card', 'iban', 'bearer', 'ipv4', 'ipv6'];
/** A dotted name, or the beginning of one with a star. */
const ACTION = /^(?:[\w-]+\.)*(?:[\w-]+|\*)$/;
/** What stands in the first line of a checkpoint: no space, no `+` (C2SP signed-note, "Signatures"). */
const ORIGIN = /^[^\s+]+$/;

/** Whether it is a `KeyObject`; the class itself is in `node:crypto`, which takes two milliseconds of every start. */
function isKeyObject(value: unknown): boolean {
  const { type, export: exported } = (value ?? {}) as { type?: unknown; export?: unknown };
  return ['private', 'public', 'secret'].includes(type as string) && typeof exported === 'function';
}

/** Not shown in messages, for it may be the key itself. */
const signingKey: Leaf = leaf(
  'an Ed25519 private key: a KeyObject, PEM text, or the path of a PEM file',
  (value) => isKeyObject(value) || (typeof value === 'string' && value !== ''),
  {
    reads: 'text',
    describe: describeSecret,
  },
);

const redactionPattern: Leaf = leaf(
  `a regular expression, or one of ${PATTERNS.join(', ')}`,
  (value) => PATTERNS.includes(value as string) || value instanceof RegExp,
  {
    reads: 'text',
    fix: (value) => (pattern.accepts(value) ? 'Give regular expressions in code.' : undefined),
  },
);

/** There is no default: a journal is to outlast the process, and whatever it runs in. */
const hasDirectory: Relation = ({ directory }, report) => {
  if (directory === undefined)
    report('directory', DIRECTORY, 'Say where the journal is kept, or leave audit out.');
};

/** The option `audit`. */
export const audit: Fields = fieldsOf<AuditInitOptions>(
  {
    directory: text(DIRECTORY),
    origin: text('a name without spaces and +, such as example.org/checkout', ORIGIN),
    actions: list('a list of actions', text("an action such as 'orders.refund', or 'orders.*'", ACTION)),
    redact: fieldsOf<RedactionOptions>({
      paths: list('a list of paths', text("a path such as 'attributes.password' or '**.ssn'")),
      patterns: list('a list of patterns', redactionPattern),
      replacement: text(),
    }),
    maxEntryBytes: integer(2_048, 16 * 1024 * 1024),
    maxTextLength: integer(64, 1024 * 1024),
    segmentBytes: integer(4_096),
    segmentAge: duration(),
    retention: fieldsOf<RetentionOptions>({ maxAge: leafOfAge(), maxBytes: integer(0) }),
    commitInterval: duration('zero'),
    maxWaitingBytes: integer(1_024),
    whenFull: choice(['block', 'shed', 'fail']),
    blockTimeout: duration('zero'),
    checkpointInterval: duration(),
    signingKey,
    spans: bool,
  },
  { switched: 'off', relations: [hasDirectory] },
);

/** An age is compared, never waited for: it may be longer than a timer can. */
function leafOfAge(): Leaf {
  const timer = duration();
  return leaf("a duration such as '90d'", (value) => timer.accepts(value) || isLong(value), {
    reads: 'number',
  });
}

function isLong(value: unknown): boolean {
  return typeof value === 'number' ? value > 0 : /^\d+(?:\.\d+)?\s*(?:s|m|h|d)$/.test(String(value));
}
