import { createPrivateKey, generateKeyPairSync, KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { InstrumentError, type Problem, reasonOf, tell } from '@org/instrument-core';
import { kindOf } from '../encode/kind.ts';
import { readFileNow } from '../journal/open-file.ts';
import { writeDurably } from './durable-file.ts';

/** What the option `signingKey` is to be, in words. */
export const SIGNING_KEY_EXPECTED: string =
  'an Ed25519 private key: a KeyObject, PEM text or the base64 of it, or the path of a PEM file';
/** A path that says where it begins, or names a kind of file. Any other text may be a key, or a part of one. */
const PATH = /^(?:[/\\~]|\.{1,2}[/\\]|[a-z]:[/\\])|^[\w ./\\-]+\.\w{1,10}$/i;
const PEM_BEGIN = '-----BEGIN';
const FIX = 'Make one with `openssl genpkey -algorithm ed25519 -out signing.pem`.';

/**
 * The key of option `signingKey`.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for another kind of key, or a file that cannot be read.
 */
export function givenPrivateKey(option: unknown): KeyObject {
  if (option instanceof KeyObject) return checkKind(option, describeKey(option), undefined);
  if (typeof option !== 'string' || option === '') throw refusal(kindOf(option));
  if (option.includes(PEM_BEGIN)) return parsePem(option, undefined);
  // How a text of several lines comes through a variable of the environment.
  const decoded = Buffer.from(option, 'base64').toString('latin1');
  return decoded.startsWith(PEM_BEGIN) ? parsePem(decoded, undefined) : readKeyFile(option);
}

/**
 * Reads a PEM file, and warns when others can read it as well.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT`.
 */
export function readKeyFile(file: string): KeyObject {
  let pem: string;
  try {
    pem = readFileNow(file).toString();
    warnOfOpenPermissions(file);
  } catch (error) {
    if (isPath(file)) throw refusal(`a file that cannot be read: ${reasonOf(error)}`, file, error);
    // The error quotes it.
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw refusal(`${kindOf(file)}, which is neither PEM nor the path of a file that can be read (${code})`);
  }
  return parsePem(pem, file);
}

/** Makes a key and writes it into a file for the user alone. */
export function makeKeyFile(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return privateKey;
}

function isPath(text: string): boolean {
  return PATH.test(text) && !text.endsWith('=');
}

function parsePem(pem: string, source: string | undefined): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw refusal(describePem(pem, error), source, error);
  }
  return checkKind(key, describeKey(key), source);
}

function checkKind(key: KeyObject, found: string, source: string | undefined): KeyObject {
  if (key.type === 'private' && key.asymmetricKeyType === 'ed25519') return key;
  throw refusal(found, source);
}

function describeKey({ type, asymmetricKeyType }: KeyObject): string {
  return `a ${type} key${asymmetricKeyType === undefined ? '' : ` of the kind ${asymmetricKeyType}`}`;
}

// Never the text itself: it may be a key after all.
function describePem(pem: string, error: unknown): string {
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1];
  if (label === undefined) return 'text that is not PEM';
  if (label === 'PUBLIC KEY') return 'a public key';
  if (label === 'CERTIFICATE') return 'a certificate';
  if (label === 'ENCRYPTED PRIVATE KEY')
    return 'an encrypted private key, whose passphrase nobody can be asked for';
  return `PEM of ${JSON.stringify(label)} that cannot be read: ${reasonOf(error)}`;
}

function warnOfOpenPermissions(file: string): void {
  const { mode } = statSync(file);
  // Windows has no such bits and makes some up.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  const bits = (mode & 0o777).toString(8).padStart(4, '0');
  tell('warn', `audit: the signing key ${file} can be read by other users (mode ${bits}): chmod 600 it.`);
}

function refusal(found: string, source?: string, cause?: unknown): InstrumentError {
  const problem: Problem = {
    path: 'signingKey',
    found,
    expected: SIGNING_KEY_EXPECTED,
    fix: FIX,
    ...(source === undefined ? {} : { source }),
  };
  return new InstrumentError(
    'INSTRUMENT_INVALID_ARGUMENT',
    'The signing key cannot be used',
    [problem],
    cause,
  );
}
