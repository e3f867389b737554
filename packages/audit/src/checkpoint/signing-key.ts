import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeValue, InstrumentError, reasonOf } from '@org/instrument-core';
import { SIGNING_KEY, VERIFIER_KEY } from '../journal/format.ts';
import { readFileNow } from '../journal/open-file.ts';
import { writeDurably } from './durable-file.ts';
import { signNote } from './note.ts';
import { givenPrivateKey, makeKeyFile, readKeyFile } from './private-key.ts';
import { isKeyName, verifierKeyOf } from './verifier-key.ts';

/** What signs the checkpoints of a journal. */
export interface SigningKey {
  /** Name of the journal, and of the key. */
  readonly origin: string;
  /** Verifier key (C2SP signed-note), as in `key.pub`. */
  readonly verifierKey: string;
  /** Whether the journal had none yet: it is new. */
  readonly isNew: boolean;
  /** The whole note: the text and its signature. The text ends with a line feed. */
  sign(text: string): string;
}

/**
 * The key that signs the checkpoints of a journal: the one given, or the one in its directory, which is made when the
 * journal has none. `key.pub` is written when it is not there. The caller holds the lock of the directory.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for a name that cannot be one, for another kind of key, for a
 * file that cannot be read, and when the journal was signed with another key; `INSTRUMENT_AUDIT_UNAVAILABLE` when the
 * files of the directory cannot be read or written.
 */
export function loadSigningKey(
  directory: string,
  option: KeyObject | string | undefined,
  origin: string,
): SigningKey {
  checkOrigin(origin);
  const given = option === undefined ? undefined : givenPrivateKey(option);
  const publicFile = join(directory, VERIFIER_KEY);
  const published = attempt('read', publicFile, () =>
    existsSync(publicFile) ? readFileNow(publicFile).toString() : undefined,
  );
  const privateKey = given ?? keptKey(directory, published !== undefined);
  const key = verifierKeyOf(origin, privateKey);
  if (published === undefined) {
    attempt('write', publicFile, () => writeDurably(publicFile, `${key.text}\n`));
  } else if (published !== `${key.text}\n`) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The journal was signed with another key', [
      {
        path: 'signingKey',
        source: publicFile,
        found: `the key ${key.text}`,
        expected: `that of ${describeValue(published.trim())}`,
        fix: 'Give the key that it was made with, or begin a journal in another directory.',
      },
    ]);
  }
  const sign = (text: string): string => signNote(text, key, privateKey);
  return { origin, verifierKey: key.text, isNew: published === undefined, sign };
}

function keptKey(directory: string, isPublished: boolean): KeyObject {
  const file = join(directory, SIGNING_KEY);
  if (attempt('read', file, () => existsSync(file))) return readKeyFile(file);
  if (isPublished) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The signing key of the journal is gone', [
      {
        path: 'signingKey',
        source: file,
        found: 'nothing',
        expected: `the private key of ${join(directory, VERIFIER_KEY)}`,
        fix: 'Give it, put it back, or begin a journal in another directory.',
      },
    ]);
  }
  return attempt('make', file, () => makeKeyFile(file));
}

function checkOrigin(origin: string): void {
  if (isKeyName(origin)) return;
  throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The journal cannot have this name', [
    {
      path: 'origin',
      found: describeValue(origin),
      expected: 'visible characters without spaces and "+", such as "example.org/checkout"',
    },
  ]);
}

function attempt<T>(what: 'read' | 'write' | 'make', file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof InstrumentError) throw error;
    const summary = `Cannot ${what} ${file}: ${reasonOf(error)}`;
    throw new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', summary, [], error);
  }
}
