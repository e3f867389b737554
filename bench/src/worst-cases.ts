import type { Attributes } from '@opentelemetry/api';
import type { Finding } from './measure.ts';
import { run } from './processes/child.ts';

/** What recording cost and left behind. */
export interface WorstCaseReport {
  /** Per recording, the median of thousands of them in the last tenth. */
  readonly nanos: number;
  /** Kept after all of them, beyond what was there before the first. */
  readonly bytes: number;
}

/** Attributes that somebody chose to do harm, or that a mistake makes. */
export interface WorstCase {
  readonly name: string;
  readonly recordings: number;
  /** Attributes of recording `i`. */
  readonly attributes: (i: number) => Attributes;
}

/** As many as the default limit of 2,000 leaves beside the series without attributes and that of the overflow. */
const SERIES = 1_998;
const MANY = 1_000_000;
const SOME = 300_000;
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;

const USUAL = 'usual values';

export const WORST_CASES: readonly WorstCase[] = [
  { name: USUAL, recordings: SOME, attributes: cycle((i) => ({ key: `value ${i}` })) },
  { name: 'a new value each time', recordings: MANY, attributes: (i) => ({ key: `value ${i}` }) },
  { name: 'a new key each time', recordings: MANY, attributes: (i) => ({ [`key ${i}`]: 'value' }) },
  { name: 'a new array each time', recordings: SOME, attributes: (i) => ({ key: [i, i + 1, i + 2] }) },
  {
    name: 'twelve keys, in a new order each time',
    recordings: SOME,
    attributes: (i) => Object.fromEntries(shuffled(i).map((key) => [key, key])),
  },
  {
    // Without seed in V8 before its March 2026 release: the hash of such a text was its number.
    name: 'texts of digits that are equal in their low bits',
    recordings: SOME,
    attributes: cycle((i) => ({ key: String((i + 1) * 8_192) })),
  },
  {
    name: 'numbers whose hash in V8 is equal in its low bits',
    recordings: SOME,
    attributes: cycle((i) => ({ key: collidingNumbers()[i] as number })),
  },
  {
    name: 'two attributes that make a grid',
    recordings: SOME,
    attributes: cycle((i) => ({ x: i % 44, y: Math.floor(i / 44) })),
  },
  {
    name: 'values that are not allowed',
    recordings: SOME,
    attributes: (i) => ({ key: { i } }) as unknown as Attributes,
  },
];

/** What recording costs, and what is kept, when the attributes are as bad as can be; each case in fresh processes. */
export async function measureWorstCases(report: (finding: Finding) => void): Promise<void> {
  for (const { name } of WORST_CASES) {
    const ours = await run<WorstCaseReport>('worst-case.js', ['ours', name], ['--expose-gc']);
    const sdk = await run<WorstCaseReport>('worst-case.js', ['sdk', name], ['--expose-gc']);
    const about = name === USUAL ? `for comparison, ${name}` : name;
    report({ name: `${about}: a recording`, peer: 'SDK', unit: 'ns', ours: ours.nanos, theirs: sdk.nanos });
    report({ name: `${about}: kept`, peer: 'SDK', unit: 'B', ours: ours.bytes, theirs: sdk.bytes });
  }
}

/** The same {@link SERIES} objects' worth of values over and over, each made before. */
function cycle(attributes: (i: number) => Attributes): (i: number) => Attributes {
  let made: Attributes[] | undefined;
  return (i) => {
    made ??= Array.from({ length: SERIES }, (_, at) => attributes(at));
    return { ...made[i % SERIES] };
  };
}

/** An order of the keys that depends on `i` alone: Fisher and Yates' shuffle over a linear congruential generator. */
function shuffled(seed: number): string[] {
  const keys: string[] = [...KEYS];
  let state = seed;
  for (let i = keys.length - 1; i > 0; i--) {
    // Multiplier and increment of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [keys[i], keys[j]] = [keys[j] as string, keys[i] as string];
  }
  return keys;
}

let colliding: number[] | undefined;

/** Numbers that fall into one bucket of any `Map` of up to 8,192 buckets. */
function collidingNumbers(): readonly number[] {
  if (colliding !== undefined) return colliding;
  colliding = [];
  for (let i = 1; colliding.length < SERIES; i++) if ((v8Hash(i) & 8_191) === 0) colliding.push(i);
  return colliding;
}

/** Hash of a small integer in V8's collections: `ComputeUnseededHash` of its `src/utils/utils.h`. */
function v8Hash(key: number): number {
  let hash = key;
  hash = (~hash + (hash << 15)) | 0;
  hash ^= hash >>> 12;
  hash = (hash + (hash << 2)) | 0;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2_057);
  hash ^= hash >>> 16;
  return hash & 0x3fffffff;
}
