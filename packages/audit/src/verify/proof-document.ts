import { isDigest } from '../checkpoint/base64.ts';
import { isKeyName } from '../checkpoint/verifier-key.ts';

/** Proof that an entry is in a journal, with all that is needed to check it anywhere. JSON. */
export interface InclusionProof {
  readonly type: 'instrument-audit/inclusion';
  readonly version: 1;
  /** Name of the journal. */
  readonly origin: string;
  readonly index: number;
  /** The line of the entry, without its line feed; absent when retention has left no more than its hash. */
  readonly entry?: string;
  /** Leaf hash of the entry, base64. */
  readonly leaf: string;
  /** Entries that the signed state covers. */
  readonly size: number;
  /** Hashes of the path to the root, base64, as RFC 6962 orders them (2.1.1). */
  readonly path: readonly string[];
  /** The signed state: a note (C2SP tlog-checkpoint). */
  readonly checkpoint: string;
}

/** A state of a journal, and the note that signs it. */
export interface ProvenState {
  readonly size: number;
  /** Root of the tree, base64. */
  readonly root: string;
  /** Absent for a state that was not signed. */
  readonly checkpoint?: string;
}

/** Proof that one state of a journal is the beginning of another: nothing was removed or rewritten in between. JSON. */
export interface ConsistencyProof {
  readonly type: 'instrument-audit/consistency';
  readonly version: 1;
  /** Name of the journal. */
  readonly origin: string;
  readonly from: ProvenState;
  readonly to: ProvenState;
  /** Hashes, base64, as RFC 6962 orders them (2.1.2). */
  readonly path: readonly string[];
}

/** Longest path of a tree that can be counted: twice the bits of an index. */
const MAX_PATH = 106;

/**
 * Reads a proof.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseProof(value: unknown): InclusionProof | ConsistencyProof {
  const proof = typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
  if (!isObject(proof)) throw new SyntaxError('A proof is an object');
  const { origin, path, type, version } = proof;
  if (version !== 1) throw new SyntaxError('The proof is not of version 1');
  if (typeof origin !== 'string' || !isKeyName(origin)) throw new SyntaxError('The proof names no journal');
  if (!Array.isArray(path) || path.length > MAX_PATH || !path.every(isDigest)) {
    throw new SyntaxError('The path of the proof is no list of hashes');
  }
  if (type === 'instrument-audit/inclusion') {
    const { checkpoint, entry, index, leaf, size } = proof;
    const isRight =
      isCount(index) &&
      isCount(size) &&
      isDigest(leaf) &&
      typeof checkpoint === 'string' &&
      (entry === undefined || typeof entry === 'string');
    if (!isRight) throw new SyntaxError('The proof lacks index, size, leaf or checkpoint');
    return proof as unknown as InclusionProof;
  }
  if (type !== 'instrument-audit/consistency') throw new SyntaxError('The proof is of no known type');
  if (!isState(proof.from) || !isState(proof.to)) throw new SyntaxError('The proof lacks one of its states');
  return proof as unknown as ConsistencyProof;
}

function isState(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { checkpoint, root, size } = value;
  return isCount(size) && isDigest(root) && (checkpoint === undefined || typeof checkpoint === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
