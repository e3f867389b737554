import { entryLine } from '../journal/format.ts';
import { leafHash, MerkleFrontier } from '../merkle/frontier.ts';
import type { SignedState } from './checkpoint-feed.ts';
import type { EntryLine, Link, ReadLine } from './read-line.ts';
import type { Stand } from './stand.ts';
import type { FailureKind } from './verification.ts';

/** What is wrong where a line does not follow from the one before it, and how to go on. */
export interface Verdict {
  readonly kind: FailureKind;
  readonly index: number;
  /** Whether it stands in the line before. */
  readonly isBefore?: boolean;
  readonly message: string;
  readonly resume: Resume;
}

/**
 * How to go on: without the line; with another hash in the place of it (`take`), or of the entry before it (`correct`);
 * with the line in the place of the entry before it (`replace`); or where a line says it is (`jump`).
 */
export type Resume =
  | { readonly how: 'skip' }
  | { readonly how: 'take'; readonly leaf: string }
  | { readonly how: 'correct'; readonly leaf: string }
  | { readonly how: 'replace' }
  | { readonly how: 'jump'; readonly link: Link };

/** What is known when a line does not follow. */
export interface Scene {
  readonly stand: Stand;
  readonly line: ReadLine;
  /** Lines after it; the header of the next segment after the last. */
  readonly after: readonly ReadLine[];
  /** The next signed state. */
  readonly state: SignedState | undefined;
  /** Whether the entry that is due stands further down in the file. */
  isDueLater(): Promise<boolean>;
  /** Whether an entry of that leaf hash stands further down in the file. */
  comesLater(leaf: string): Promise<boolean>;
}

/**
 * Finds out which entry is not as it was recorded. A hash stands in two places, in the entry itself and, by its hash, in
 * the next one; who of both tells the truth is seen from what follows, or from a signed state.
 */
export async function diagnoseEntry(scene: Scene): Promise<Verdict> {
  const { line, stand } = scene;
  if (line.kind !== 'entry') return diagnoseOther(scene);
  if (line.leaf === stand.head) return inserted(stand.size, `repeats the entry before it`);
  if (line.link.index === stand.size) return diagnoseLink(scene, line);
  if (line.link.index > stand.size) return diagnoseGap(scene, line);
  return diagnoseOld(scene, line);
}

/** No entry, where one is due. */
function diagnoseOther({ after, line, stand }: Scene): Verdict {
  const { size } = stand;
  const why = line.kind === 'unreadable' ? line.why : `is a ${line.kind}, which has no place here`;
  const position = after.findIndex(({ link }) => link !== undefined);
  const link = after[position]?.link;
  if (link === undefined) return changed(size, why, { how: 'skip' });
  if (isAt(link, stand)) return inserted(size, why);
  if (position === 0 && link.index === size + 1) return changed(size, why, { how: 'take', leaf: link.prev });
  return changed(size, why, { how: 'jump', link });
}

/** The index is right, and the hash of the entry before is not. */
function diagnoseLink({ after, line: _, stand, state }: Scene, line: EntryLine): Verdict {
  const { size } = stand;
  const next = after[0]?.link;
  const isVouchedFor = next?.index === size + 1 && next.prev === line.leaf;
  const itself = changed(size, 'names another hash of the entry before it', {
    how: 'take',
    leaf: next?.index === size + 1 ? next.prev : line.leaf,
  });
  // A header, or a seal, has vouched for the entry before.
  if (!stand.isPending) return itself;
  const before: Verdict = {
    kind: 'changed',
    index: size - 1,
    isBefore: true,
    message: `Entry ${size - 1} was changed: entry ${size} names another hash of it.`,
    resume: { how: 'correct', leaf: line.link.prev },
  };
  if (isVouchedFor) return before;
  if (next !== undefined && isAt(next, stand))
    return inserted(size, 'does not follow from the one before it');
  if (next !== undefined) return itself;
  // The last line: a signed state can tell.
  if (stand.tree !== undefined && state !== undefined) {
    const repaired = leafHash(
      entryLine(line.text.slice('{"entry":'.length, line.text.lastIndexOf(',"index":')), size, stand.head),
    );
    if (rootOf(stand, [line.link.prev, line.leaf]) === state.root) return before;
    if (rootOf(stand, [stand.head, repaired]) === state.root) return itself;
    if (rootOf(stand, [stand.head]) === state.root) return itself;
  }
  return before;
}

/** The index is too high. */
async function diagnoseGap(scene: Scene, line: EntryLine): Promise<Verdict> {
  const { after, stand } = scene;
  const { size } = stand;
  const [next, third] = after;
  const own = line.link;
  if (own.prev === stand.head) return changedIndex(scene, line);
  if (next?.link !== undefined && isAt(next.link, stand)) {
    // What it follows from stands further down, and itself not again: then it was moved up.
    const isMoved = (await scene.comesLater(own.prev)) && !(await scene.comesLater(line.leaf));
    if (!isMoved) return inserted(size, `says that it is entry ${own.index}`);
    const isSwap = next.kind === 'entry' && own.prev === next.leaf && third?.link?.prev === line.leaf;
    return {
      kind: 'reordered',
      index: size,
      message: `Entry ${own.index} stands in the place of entry ${size}, which comes after it.`,
      resume: isSwap && third?.link !== undefined ? { how: 'jump', link: third.link } : { how: 'skip' },
    };
  }
  if (next?.link?.index === size + 1) {
    return changed(size, `says that it is entry ${own.index}`, { how: 'take', leaf: next.link.prev });
  }
  if (await scene.isDueLater()) {
    return {
      kind: 'reordered',
      index: size,
      message: `Entry ${own.index} stands in the place of entry ${size}, which comes later.`,
      resume: { how: 'jump', link: own },
    };
  }
  const last = own.index - 1;
  const which = last === size ? `Entry ${size} is` : `Entries ${size} to ${last} are`;
  return { kind: 'removed', index: size, message: `${which} missing.`, resume: { how: 'jump', link: own } };
}

/** The index is one that was there before. */
function diagnoseOld(scene: Scene, line: EntryLine): Verdict {
  const { after, stand } = scene;
  const { size } = stand;
  const own = line.link;
  const next = after[0]?.link;
  if (own.prev === stand.head) return changedIndex(scene, line);
  if (own.index === size - 1 && own.prev === stand.headBefore && stand.isPending) {
    // Two lines for one place: the next line tells which of them it follows from.
    if (next?.prev === stand.head) return inserted(size, `is another entry ${own.index}`);
    return {
      kind: 'inserted',
      index: size - 1,
      isBefore: true,
      message: `There are two entries ${own.index}: this one was inserted, or one of them was.`,
      resume: { how: 'replace' },
    };
  }
  if (next !== undefined && !isAt(next, stand) && next.index === size + 1) {
    return changed(size, `says that it is entry ${own.index}`, { how: 'take', leaf: next.prev });
  }
  return inserted(size, `is entry ${own.index}, which was there before`);
}

function changedIndex({ after, stand }: Scene, line: EntryLine): Verdict {
  const next = after[0]?.link;
  return changed(stand.size, `says that it is entry ${line.link.index}`, {
    how: 'take',
    leaf: next?.index === stand.size + 1 ? next.prev : line.leaf,
  });
}

function changed(index: number, why: string, resume: Resume): Verdict {
  return { kind: 'changed', index, message: `Entry ${index} was changed: the line ${why}.`, resume };
}

function inserted(index: number, why: string): Verdict {
  const message = `A line was inserted in the place of entry ${index}: it ${why}.`;
  return { kind: 'inserted', index, message, resume: { how: 'skip' } };
}

/** Whether a line says that it follows from the entry before. */
function isAt(link: Link, stand: Stand): boolean {
  return link.index === stand.size && link.prev === stand.head;
}

function rootOf({ tree }: Stand, leaves: readonly string[]): string {
  const whole = new MerkleFrontier(tree?.size, tree?.roots());
  for (const leaf of leaves) whole.append(leaf);
  return whole.root();
}
