import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { describeValue, InstrumentError, type Problem } from '@org/instrument-core';
import { parseVerifierKey, type VerifierKey, verifierKeyOf } from '../checkpoint/verifier-key.ts';
import { VERIFIER_KEY } from '../journal/format.ts';
import { readSmallFile } from '../journal/open-file.ts';
import { type Findings, fileOf } from './findings.ts';

/** The key that a journal says its checkpoints are signed with; `undefined` when it has none that is well formed. */
export async function publishedKey(
  directory: string,
  isNeeded: boolean,
  findings: Findings,
): Promise<VerifierKey | undefined> {
  const place = fileOf(VERIFIER_KEY);
  let text: string;
  try {
    // A character for each byte.
    text = (await readSmallFile(join(directory, VERIFIER_KEY))).toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      findings.fail('unreadable', undefined, place, `The verifier key cannot be read: ${String(error)}`);
    } else if (isNeeded) {
      findings.fail('removed', undefined, place, 'The verifier key of the journal is missing.');
    }
    return undefined;
  }
  try {
    const utf8 = Buffer.from(text, 'latin1').toString();
    const key = parseVerifierKey(utf8.slice(0, -1));
    if (Buffer.from(`${key.text}\n`).toString('latin1') === text) return key;
    findings.fail('changed', undefined, place, 'The verifier key of the journal was changed.');
  } catch (error) {
    const message = `The verifier key of the journal was changed: ${(error as SyntaxError).message}.`;
    findings.fail('changed', undefined, place, message);
  }
  return undefined;
}

/**
 * The keys that were given, those of another form by the name of the journal.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that are no keys.
 */
export function givenKeys(keys: readonly (string | KeyObject)[], origin: string): VerifierKey[] {
  const problems: Problem[] = [];
  const trusted = keys.flatMap((key, i) => {
    try {
      return typeof key === 'string' ? parseVerifierKey(key.trim()) : verifierKeyOf(origin, key);
    } catch (error) {
      problems.push({
        path: `keys[${i}]`,
        found: `${typeof key === 'string' ? describeValue(key) : 'a key'} (${(error as Error).message})`,
        expected: 'a verifier key, as in key.pub, or an Ed25519 public key',
      });
      return [];
    }
  });
  if (problems.length === 0) return trusted;
  throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'Some verifier keys cannot be used', problems);
}
