import type { KeyObject } from 'node:crypto';
import { counted, visibleText } from '@org/instrument-core';
import { parseCheckpointText } from '../checkpoint/checkpoint.ts';
import { checkSignatures, parseNote } from '../checkpoint/note.ts';
import { parseLine } from '../journal/parse-line.ts';
import { leafHash } from '../merkle/frontier.ts';
import { verifyConsistency, verifyInclusion } from '../merkle/proof.ts';
import {
  type ConsistencyProof,
  type InclusionProof,
  type ProvenState,
  parseProof,
} from './proof-document.ts';
import { givenKeys } from './trusted-keys.ts';

/** What a proof is worth. */
export interface ProofCheck {
  readonly ok: boolean;
  /** What is wrong; `undefined` when it is right. */
  readonly problem: string | undefined;
  /** What has been proven, in a sentence; `undefined` when it is not right. */
  readonly statement: string | undefined;
  /** Verifier key that has signed the state that it leads to. */
  readonly key: string | undefined;
}

/**
 * Checks a proof, given as an object or as JSON, with nothing but the keys that are trusted.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for keys that cannot be used. Whatever is wrong with the proof
 * is in the result.
 */
export function checkProof(proof: unknown, keys: readonly (string | KeyObject)[]): ProofCheck {
  let parsed: InclusionProof | ConsistencyProof;
  try {
    parsed = parseProof(proof);
  } catch (error) {
    givenKeys(
      keys.filter((key) => typeof key === 'string'),
      'a',
    );
    return wrong(`It is no proof that can be read: ${(error as Error).message}`);
  }
  const open = (state: Omit<ProvenState, 'root'>) => openState(state, parsed.origin, keys);
  return parsed.type === 'instrument-audit/inclusion'
    ? checkInclusion(parsed, open)
    : checkConsistency(parsed, open);
}

type Open = (state: Omit<ProvenState, 'root'>) => { root: string; key: string } | string;

function checkInclusion(proof: InclusionProof, open: Open): ProofCheck {
  const { checkpoint, entry, index, leaf, origin, path, size } = proof;
  const state = open({ size, checkpoint });
  if (typeof state === 'string') return wrong(state);
  if (entry !== undefined) {
    const line = parseLine(entry);
    // UTF-8 cannot say a lone surrogate: its bytes, and so its hash, would be those of another character.
    if (!entry.isWellFormed()) return wrong('The entry was changed: it is no valid Unicode.');
    if (leafHash(entry) !== leaf) return wrong('The entry was changed: it has another hash.');
    if (line?.kind !== 'entry' || line.index !== index) return wrong(`The line is not entry ${index}.`);
  }
  if (!verifyInclusion({ index, size, leaf, path, root: state.root })) {
    return wrong('The path does not lead from the entry to the signed root.');
  }
  const what = entry === undefined ? `An entry with the leaf hash ${leaf}` : 'The entry';
  return right(
    `${what} is number ${index} of the ${counted(size, 'entry', 'entries')} that ${origin} has signed.`,
    state.key,
  );
}

function checkConsistency(proof: ConsistencyProof, open: Open): ProofCheck {
  const { from, origin, path, to } = proof;
  if (to.checkpoint === undefined) return wrong('Nobody has signed the later state.');
  const later = open(to);
  if (typeof later === 'string') return wrong(later);
  if (later.root !== to.root) return wrong('The later state is not the one that was signed.');
  const earlier = from.checkpoint === undefined ? undefined : open(from);
  if (typeof earlier === 'string') return wrong(earlier);
  if (earlier !== undefined && earlier.root !== from.root) {
    return wrong('The earlier state is not the one that was signed.');
  }
  const roots = { fromRoot: from.root, toRoot: to.root };
  if (!verifyConsistency({ from: from.size, to: to.size, ...roots, path })) {
    return wrong('The path does not lead from the earlier state to the later one.');
  }
  const which =
    earlier === undefined
      ? ` with the root ${from.root}`
      : `, as ${from.size === 1 ? 'it was' : 'they were'} signed,`;
  const first = from.size === 1 ? 'The first entry' : `The first ${from.size} entries`;
  const statement = `${first}${which} ${from.size === 1 ? 'is' : 'are'} the beginning of the ${to.size} that ${origin} has signed.`;
  return right(statement, later.key);
}

/** Root of a signed state and the key that signed it, or what is wrong with it. */
function openState(
  { checkpoint = '', size }: Omit<ProvenState, 'root'>,
  origin: string,
  keys: readonly (string | KeyObject)[],
): { root: string; key: string } | string {
  const trusted = givenKeys(keys, origin);
  try {
    const note = parseNote(checkpoint);
    const body = parseCheckpointText(note.text);
    const { forged, signers } = checkSignatures(note, trusted);
    const [signer] = signers;
    if (forged.length > 0)
      return `The signature of the checkpoint at ${counted(body.size, 'entry', 'entries')} is wrong.`;
    if (signer === undefined) {
      return `The checkpoint at ${counted(body.size, 'entry', 'entries')} is signed by ${note.signatures[0]?.name}, with no key that is trusted.`;
    }
    if (body.origin !== origin)
      return `The checkpoint is of the journal ${body.origin}, and the proof of ${origin}.`;
    if (body.size !== size)
      return `The checkpoint covers ${counted(body.size, 'entry', 'entries')}, and the proof is of ${size}.`;
    return { root: body.root, key: signer.text };
  } catch (error) {
    return `The checkpoint cannot be read: ${(error as Error).message}.`;
  }
}

function right(statement: string, key: string): ProofCheck {
  return { ok: true, problem: undefined, statement, key };
}

function wrong(problem: string): ProofCheck {
  return { ok: false, problem: visibleText(problem), statement: undefined, key: undefined };
}
