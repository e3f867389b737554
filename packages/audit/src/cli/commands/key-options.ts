import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseVerifierKey } from '../../checkpoint/verifier-key.ts';
import { UsageError } from './run-command.ts';

/** The option for keys, as `parseArgs` takes it. */
export const keyOptions = { key: { type: 'string', multiple: true } } as const;

/** The same in a line of help. */
export const KEY_USAGE = '[--key KEY|FILE]…';

/** Keys that were given as verifier keys, or as files of verifier keys, a line each, or of a public key in PEM. */
export function keysOf(values: readonly string[]): (string | KeyObject)[] {
  return values.flatMap((value) => {
    if (isVerifierKey(value)) return value;
    if (!existsSync(value)) {
      throw new UsageError(`"${value}" is neither a verifier key (name+id+base64) nor the path of a file`);
    }
    return keysOfFile(value);
  });
}

function keysOfFile(file: string): (string | KeyObject)[] {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN')) return [createPublicKey(text)];
    const keys = text.split('\n').filter((line) => line.trim() !== '');
    if (keys.length === 0) throw new SyntaxError('It is empty');
    for (const key of keys) parseVerifierKey(key);
    return keys;
  } catch (error) {
    throw new UsageError(`no key can be read from ${file}: ${(error as Error).message}`);
  }
}

function isVerifierKey(text: string): boolean {
  try {
    parseVerifierKey(text);
    return true;
  } catch {
    return false;
  }
}
