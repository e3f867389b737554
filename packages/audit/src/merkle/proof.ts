import { isDigest } from '../checkpoint/base64.ts';
import { EMPTY_ROOT, MerkleFrontier, nodeHash } from './frontier.ts';
import { type KnownBeginning, ProofBuilder } from './proof-builder.ts';
import { consistencyRanges, inclusionRanges } from './proof-ranges.ts';

/** Hashes of the leaves of a tree, base64, in order. */
export type Leaves = Iterable<string> | AsyncIterable<string>;

/** A proof, and the root of the tree that it was made from. */
export interface MadeProof {
  /** Hashes of nodes, base64, in the order of RFC 6962. */
  readonly path: readonly string[];
  /** Root of the tree of `size` leaves. */
  readonly root: string;
  /** Root of the tree of `from` leaves, for a consistency proof. */
  readonly fromRoot: string;
}

/**
 * Proof that leaf `index` is in the tree of the first `size` leaves (RFC 6962, 2.1.1), made in one pass over the leaves
 * from `known.size` on.
 *
 * @throws {RangeError} when there is no such leaf, leaves are missing, or too little is known of the beginning.
 */
export async function proveInclusion(
  leaves: Leaves,
  index: number,
  size: number,
  known?: KnownBeginning,
): Promise<MadeProof> {
  return prove(leaves, new ProofBuilder(inclusionRanges(index, size), known), 0, size, known);
}

/**
 * Proof that the tree of the first `from` leaves is the beginning of that of the first `to` (RFC 6962, 2.1.2), made in one
 * pass over the leaves from `known.size` on.
 *
 * @throws {RangeError} when `from` is more than `to`, leaves are missing, or too little is known of the beginning.
 */
export async function proveConsistency(
  leaves: Leaves,
  from: number,
  to: number,
  known?: KnownBeginning,
): Promise<MadeProof> {
  return prove(leaves, new ProofBuilder(consistencyRanges(from, to), known), from, to, known);
}

async function prove(
  leaves: Leaves,
  builder: ProofBuilder,
  from: number,
  size: number,
  known: KnownBeginning = { size: 0, roots: [] },
): Promise<MadeProof> {
  if (known.size > size)
    throw new RangeError(`The beginning of ${known.size} leaves is longer than the tree`);
  const tree = new MerkleFrontier(known.size, known.roots);
  let fromRoot = from === 0 ? EMPTY_ROOT : from === known.size ? tree.root() : undefined;
  if (tree.size < size) {
    for await (const leaf of leaves) {
      builder.add(leaf);
      tree.append(leaf);
      if (tree.size === from) fromRoot = tree.root();
      if (tree.size === size) break;
    }
  }
  if (tree.size < size) throw new RangeError(`The tree has ${tree.size} leaves, not ${size}`);
  if (fromRoot === undefined)
    throw new RangeError(`Only the first ${known.size} leaves as a whole are known`);
  return { path: builder.hashes(), root: tree.root(), fromRoot };
}

/** Whether a leaf is in a tree: what the path leads to is its root (RFC 9162, 2.1.3.2). Never throws. */
export function verifyInclusion(proof: {
  readonly index: number;
  readonly size: number;
  /** Leaf hash, base64. */
  readonly leaf: string;
  readonly path: readonly string[];
  readonly root: string;
}): boolean {
  const { index, leaf, path, root, size } = proof;
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  if (![leaf, ...path].every(isDigest)) return false;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node > 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash === root;
}

/** Whether one tree is the beginning of another: the path leads to both roots (RFC 9162, 2.1.4.2). Never throws. */
export function verifyConsistency(proof: {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly path: readonly string[];
}): boolean {
  const { from, fromRoot, path, to, toRoot } = proof;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to) return false;
  if (![fromRoot, toRoot, ...path].every(isDigest)) return false;
  if (from === to) return path.length === 0 && fromRoot === toRoot;
  // The empty tree is the beginning of every tree.
  if (from === 0) return path.length === 0 && fromRoot === EMPTY_ROOT;
  let [node, last] = [from - 1, to - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // A complete tree is the first hash of the path, and not in it.
  const hashes = node === 0 ? [fromRoot, ...path] : path;
  const [first, ...rest] = hashes;
  if (first === undefined || (node > 0 && path.length === 0)) return false;
  let [fromHash, toHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      fromHash = nodeHash(sibling, fromHash);
      toHash = nodeHash(sibling, toHash);
      while (node % 2 === 0 && node > 0) [node, last] = [half(node), half(last)];
    } else {
      toHash = nodeHash(toHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && fromHash === fromRoot && toHash === toRoot;
}

/** Bit operators would cut numbers to 32 bits. */
function half(value: number): number {
  return Math.floor(value / 2);
}
