import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_ROOT, leafHashOfBytes, MerkleFrontier, nodeHash } from '../../src/merkle/frontier.ts';
import {
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../src/merkle/proof.ts';
import { largestPowerOfTwoBelow, treeHash } from '../journal-builder.ts';

// The eight leaves, their roots and proofs of the tests of Certificate Transparency (google/certificate-transparency,
// cpp/merkletree/merkle_tree_test.cc), which transparency-dev/merkle (testonly/reference_test.go) has as well.
const INPUTS = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const KNOWN_INCLUSION: readonly (readonly [number, number, readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
const KNOWN_CONSISTENCY: readonly (readonly [number, number, readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

const known = INPUTS.map((input) => leafHashOfBytes(Buffer.from(input, 'hex')));
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => hash('sha256', String(i), 'base64'));
const rootOf = (leaves: readonly string[]) => treeHash(leaves).toString('base64');

/** RFC 6962, 2.1.1, as it is written. */
function path(index: number, leaves: readonly string[]): string[] {
  if (leaves.length === 1) return [];
  const k = largestPowerOfTwoBelow(leaves.length);
  return index < k
    ? [...path(index, leaves.slice(0, k)), rootOf(leaves.slice(k))]
    : [...path(index - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}

/** RFC 6962, 2.1.2, as it is written. */
function subproof(m: number, leaves: readonly string[], isWhole: boolean): string[] {
  if (m === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const k = largestPowerOfTwoBelow(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), rootOf(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))];
}

describe('known trees', () => {
  it('have the roots that others compute', () => {
    for (const [i, root] of ROOTS.entries()) {
      const tree = new MerkleFrontier();
      for (const leaf of known.slice(0, i + 1)) tree.append(leaf);
      expect(tree.root()).toBe(base64(root));
    }
    expect(nodeHash(known[0] as string, known[1] as string)).toBe(base64(ROOTS[1] as string));
    expect(EMPTY_ROOT).toBe(base64('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'));
  });

  it('have the inclusion proofs that others make', async () => {
    for (const [index, size, expected] of KNOWN_INCLUSION) {
      const proof = await proveInclusion(known, index, size);
      expect(proof.path, `${index} in ${size}`).toEqual(expected.map(base64));
      expect(proof.root).toBe(base64(ROOTS[size - 1] as string));
      const leaf = known[index] as string;
      expect(verifyInclusion({ index, size, leaf, path: proof.path, root: proof.root })).toBe(true);
    }
  });

  it('have the consistency proofs that others make', async () => {
    for (const [from, to, expected] of KNOWN_CONSISTENCY) {
      const { path, root, fromRoot } = await proveConsistency(known, from, to);
      expect(path, `${from} to ${to}`).toEqual(expected.map(base64));
      expect(fromRoot).toBe(base64(ROOTS[from - 1] as string));
      expect(verifyConsistency({ from, to, fromRoot, toRoot: root, path })).toBe(true);
    }
  });
});

describe('a tree that grows', () => {
  it('has the root of the recursive definition whenever it is asked, also when it goes on from its roots', () => {
    const leaves = leavesOf(300);
    const asked = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 });
    fc.assert(
      fc.property(asked, fc.boolean(), (sizes, isReopened) => {
        let tree = new MerkleFrontier();
        for (const size of sizes.sort((a, b) => a - b)) {
          for (const leaf of leaves.slice(tree.size, size)) tree.append(leaf);
          expect([tree.size, tree.root()]).toEqual([
            size,
            size === 0 ? EMPTY_ROOT : rootOf(leaves.slice(0, size)),
          ]);
          if (isReopened) tree = new MerkleFrontier(size, tree.roots());
        }
      }),
    );
  });
});

describe('proofs of any tree', () => {
  it('are those of the recursive definition, and are verified', async () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = leavesOf(size);
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(leaves, index, size);
        expect(proof.path).toEqual(path(index, leaves));
        const leaf = leaves[index] as string;
        expect(verifyInclusion({ index, size, leaf, ...proof }), `${index} in ${size}`).toBe(true);
      }
      for (let from = 0; from <= size; from++) {
        const { path, root, fromRoot } = await proveConsistency(leaves, from, size);
        if (from > 0) expect(path).toEqual(subproof(from, leaves, true));
        const proof = { from, to: size, fromRoot, toRoot: root, path };
        expect(verifyConsistency(proof), `${from} to ${size}`).toBe(true);
      }
    }
  });

  it('are made from the roots of a beginning whose leaves are gone', async () => {
    const sizes = fc.integer({ min: 1, max: 70 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        gone: fc.integer({ min: 0, max: size }),
        place: fc.integer({ min: 0, max: size - 1 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(sizes, async ({ size, gone, place }) => {
        const leaves = leavesOf(size);
        const frontier = new MerkleFrontier();
        for (const leaf of leaves.slice(0, gone)) frontier.append(leaf);
        const beginning = { size: gone, roots: frontier.roots() };
        const rest = leaves.slice(gone);
        // Of leaves that are gone nothing can be told; of the others, all.
        const index = Math.max(place, gone);
        if (index < size) {
          const made = await proveInclusion(rest, index, size, beginning);
          expect(made.path).toEqual(path(index, leaves));
          expect(made.root).toBe(rootOf(leaves));
          const made2 = await proveConsistency(rest, index + 1, size, beginning);
          expect(made2.path).toEqual(index + 1 === size ? [] : subproof(index + 1, leaves, true));
          expect(made2.fromRoot).toBe(rootOf(leaves.slice(0, index + 1)));
        }
        if (gone > 1) await expect(proveInclusion(rest, 0, size, beginning)).rejects.toThrow(RangeError);
      }),
    );
  });

  it('are not verified when anything in them is changed', async () => {
    const cases = fc
      .integer({ min: 2, max: 60 })
      .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), fc.nat(), fc.nat(255)));
    const stranger = hash('sha256', 'stranger', 'base64');
    await fc.assert(
      fc.asyncProperty(cases, async ([size, index, at, byte]) => {
        const leaves = leavesOf(size);
        const leaf = leaves[index] as string;
        const { path, root } = await proveInclusion(leaves, index, size);
        const good = { index, size, leaf, path, root };
        const spoiled = path.with(at % path.length, flipped(path[at % path.length] as string, byte));
        expect(verifyInclusion({ ...good, path: spoiled })).toBe(false);
        expect(verifyInclusion({ ...good, path: path.slice(1) })).toBe(false);
        expect(verifyInclusion({ ...good, path: [...path, stranger] })).toBe(false);
        expect(verifyInclusion({ ...good, leaf: flipped(leaf, byte) })).toBe(false);
        expect(verifyInclusion({ ...good, root: flipped(root, byte) })).toBe(false);
        expect(verifyInclusion({ ...good, index: (index + 1) % size })).toBe(false);
        expect(verifyInclusion({ ...good, index: size })).toBe(false);

        const from = index + 1;
        const made = await proveConsistency(leaves, from, size);
        const sound = { from, to: size, fromRoot: made.fromRoot, toRoot: made.root, path: made.path };
        expect(verifyConsistency({ ...sound, toRoot: flipped(made.root, byte) })).toBe(false);
        expect(verifyConsistency({ ...sound, fromRoot: flipped(made.fromRoot, byte) })).toBe(false);
        expect(verifyConsistency({ ...sound, path: [...made.path, stranger] })).toBe(false);
        if (made.path.length > 0) {
          const i = at % made.path.length;
          const other = made.path.with(i, flipped(made.path[i] as string, byte));
          expect(verifyConsistency({ ...sound, path: other })).toBe(false);
          expect(verifyConsistency({ ...sound, path: made.path.slice(1) })).toBe(false);
          expect(verifyConsistency({ ...sound, path: [] })).toBe(false);
        }
        expect(verifyConsistency({ ...sound, from: size + 1 })).toBe(false);
      }),
    );
  });

  it('cannot be made of what is not there', async () => {
    await expect(proveInclusion(leavesOf(3), 3, 3)).rejects.toThrow('no leaf 3');
    await expect(proveInclusion(leavesOf(3), 0, 4)).rejects.toThrow('has 3 leaves, not 4');
    await expect(proveConsistency(leavesOf(3), 3, 2)).rejects.toThrow('no beginning');
    await expect(proveConsistency(leavesOf(3), 0.5, 2)).rejects.toThrow(RangeError);
  });
});

function flipped(hash: string, byte: number): string {
  const bytes = Buffer.from(hash, 'base64');
  bytes[byte % 32] = (bytes[byte % 32] as number) ^ (1 << (byte >> 5));
  return bytes.toString('base64');
}
