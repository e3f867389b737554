import { hash } from 'node:crypto';

const HASH_BYTES = 32;

/** Leaf hash of a line without its line feed, base64: SHA-256 of a zero byte and the line (RFC 6962, 2.1). */
export function leafHash(line: string): string {
  return hash('sha256', `\0${line}`, 'base64');
}

/** As {@link leafHash}, of the bytes of a line, whether they are text or not. */
export function leafHashOfBytes(line: Uint8Array): string {
  const data = Buffer.allocUnsafe(1 + line.length);
  data[0] = 0;
  data.set(line, 1);
  return hash('sha256', data, 'base64');
}

// A node is hashed at once; the buffer is never seen outside of `nodeHash`.
const node: Buffer = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** Hash of an inner node over both children, base64: SHA-256 of a byte of 1 and the children (RFC 6962, 2.1). */
export function nodeHash(left: string, right: string): string {
  node.write(left, 1, HASH_BYTES, 'base64');
  node.write(right, 1 + HASH_BYTES, HASH_BYTES, 'base64');
  return hash('sha256', node, 'base64');
}

/** Root of a tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT: string = hash('sha256', '', 'base64');

/**
 * Leaves that are hashed into the tree at once. The code of a hash is cold after an application has done its own work,
 * and takes five times as long; so long as nobody asks for a root, leaves wait for each other.
 */
const BATCH = 64;

/**
 * A Merkle tree (RFC 6962, 2.1) that keeps no more of its leaves than what the root of any larger tree needs: the roots
 * of its complete subtrees, one for each bit that is set in its size.
 */
export class MerkleFrontier {
  #size: number;
  /** Roots of complete subtrees, largest first, of the tree without those leaves that wait. */
  readonly #roots: string[];
  /** The last leaves, which are not in the tree yet. */
  readonly #waiting: string[] = [];

  /** @throws RangeError when `roots` are not as many as the bits of `size`. */
  constructor(size = 0, roots: readonly string[] = []) {
    if (roots.length !== bitCount(size)) {
      throw new RangeError(
        `A tree of ${size} leaves has ${bitCount(size)} complete subtrees, not ${roots.length}`,
      );
    }
    this.#size = size;
    this.#roots = [...roots];
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf by its hash. */
  append(leaf: string): void {
    this.#size++;
    if (this.#waiting.push(leaf) === BATCH) this.#takeIn();
  }

  /** Roots of the complete subtrees, largest first. */
  roots(): string[] {
    this.#takeIn();
    return [...this.#roots];
  }

  /** Root of the whole tree, base64. */
  root(): string {
    this.#takeIn();
    const { length } = this.#roots;
    if (length === 0) return EMPTY_ROOT;
    let root = this.#roots[length - 1] as string;
    for (let i = length - 2; i >= 0; i--) root = nodeHash(this.#roots[i] as string, root);
    return root;
  }

  #takeIn(): void {
    const roots = this.#roots;
    let before = this.#size - this.#waiting.length;
    for (const leaf of this.#waiting) {
      let root = leaf;
      // Each trailing one-bit of the size is a complete subtree that the new leaf completes to a larger one.
      for (let size = before; size % 2 === 1; size = Math.floor(size / 2)) {
        root = nodeHash(roots.pop() as string, root);
      }
      roots.push(root);
      before++;
    }
    this.#waiting.length = 0;
  }
}

function bitCount(size: number): number {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}
