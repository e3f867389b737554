import type { KeyObject } from 'node:crypto';
import type { RetentionOptions } from '@org/instrument-audit';
import type { AuditInitOptions } from '../../options.ts';
import { age, bool, choice, describeSecret, integer, leaf, list, text } from './leaves.ts';
import { redaction } from './redaction-rule.ts';
import { type Fields, fieldsOf, type Leaf, type Relation } from './rule.ts';

const DIRECTORY = 'the path of a directory that lasts';

/** A dotted name, or the beginning of one with a star; what begins with `audit.` the journal says of itself. */
const ACTION = /^(?!audit\.)(?=.{1,128}$)(?:[\w-]+\.)*(?:[\w-]+|\*)$/;
/** What stands in the first line of a checkpoint: visible characters but `+`, and valid Unicode (C2SP signed-note, "Format"). */
const ORIGIN = /^(?:(?![\p{White_Space}\p{Surrogate}])[!-*,-\u{10ffff}])+$/u;

/** Whether it is a private `KeyObject`; the class itself is in `node:crypto`, which takes two milliseconds of every start. */
function isPrivateKey(value: unknown): boolean {
  const { type, asymmetricKeyType: kind, export: exported } = (value ?? {}) as Partial<KeyObject>;
  return type === 'private' && kind === 'ed25519' && typeof exported === 'function';
}

/** Whether text with PEM in it is a key; any other is the path of a file, which is there or not when the journal is opened. */
function isKeyText(text: string): boolean {
  if (!text.includes('-----BEGIN')) return text !== '';
  try {
    return isPrivateKey(process.getBuiltinModule('node:crypto').createPrivateKey(text));
  } catch {
    return false;
  }
}

/** Not shown in messages, for it may be the key itself. */
const signingKey: Leaf = leaf(
  'an Ed25519 private key: a KeyObject, PEM text or the base64 of it, or the path of a PEM file',
  (value) => (typeof value === 'string' ? isKeyText(value) : isPrivateKey(value)),
  {
    reads: 'text',
    describe: describeSecret,
    fix: () => 'Make one with `openssl genpkey -algorithm ed25519 -out signing.pem`.',
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
    directory: text(DIRECTORY, /./s),
    origin: text('a name of visible characters without spaces and +, such as example.org/checkout', ORIGIN),
    actions: list('a list of actions', text("an action such as 'orders.refund', or 'orders.*'", ACTION), {
      notEmpty: true,
    }),
    redact: redaction,
    maxEntryBytes: integer(2_048, 16 * 1024 * 1024),
    maxTextLength: integer(64, 1024 * 1024),
    segmentBytes: integer(4_096),
    segmentAge: age('zero'),
    retention: fieldsOf<RetentionOptions>({ maxAge: age('zero'), maxBytes: integer(0) }),
    commitInterval: age('zero'),
    maxWaitingBytes: integer(1_024),
    whenFull: choice(['block', 'shed', 'fail']),
    blockTimeout: age('zero'),
    checkpointInterval: age('zero'),
    signingKey,
    spans: bool,
  },
  { switched: 'off', relations: [hasDirectory] },
);
