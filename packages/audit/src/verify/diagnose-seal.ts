import { counted } from '@org/instrument-core';
import type { SegmentSeal } from '../journal/format.ts';
import type { ReadLine } from './read-line.ts';
import { type Stand, treeOf } from './stand.ts';
import type { FailureKind } from './verification.ts';

/** What is wrong where a seal does not say what the entries before it do. */
export interface SealVerdict {
  readonly kind: FailureKind;
  readonly index: number | undefined;
  /** Whether it stands in the line before. */
  readonly isBefore: boolean;
  readonly message: string;
  /** Hash of the last entry as it was recorded, where another one is there. */
  readonly correct?: string;
}

/** Finds out whether the seal was changed or what is before it. `next` is the line after it, or the next header. */
export function diagnoseSeal(seal: SegmentSeal, stand: Stand, next: ReadLine | undefined): SealVerdict {
  const { head, size } = stand;
  if (seal.size === size) return seal.head === head ? changedSeal() : diagnoseHead(seal, stand, next);
  // With the right hash, only its number is wrong.
  if (seal.head === head) return changedSeal();
  if (seal.size > size) {
    const isNext = next?.kind === 'entry' && next.link.index === size && next.link.prev === head;
    return isNext
      ? verdict('reordered', size, false, `Entry ${size} stands after the seal of its segment.`)
      : verdict('removed', size, false, `The last entries of the segment, from ${size} on, are missing.`);
  }
  if (seal.size === size - 1 && seal.head === stand.headBefore) {
    return verdict(
      'inserted',
      seal.size,
      true,
      `Entry ${seal.size} was added: the segment has ended before it.`,
    );
  }
  return verdict(
    'inserted',
    seal.size,
    false,
    `The segment has ended at ${counted(seal.size, 'entry', 'entries')} and has ${size}.`,
  );
}

function diagnoseHead(seal: SegmentSeal, stand: Stand, next: ReadLine | undefined): SealVerdict {
  const { head, size } = stand;
  const changedEntry: SealVerdict = {
    ...verdict(
      'changed',
      size - 1,
      true,
      `Entry ${size - 1} was changed: the seal names another hash of it.`,
    ),
    correct: seal.head,
  };
  const { tree } = stand;
  if (tree !== undefined && stand.isPending) {
    const corrected = treeOf(tree.size, tree.roots());
    corrected?.append(seal.head);
    if (same(corrected?.roots(), seal.frontier)) return changedEntry;
    if (same(stand.frontier(), seal.frontier)) return changedSeal();
  }
  if (!stand.isPending || next?.link?.prev === head) return changedSeal();
  return changedEntry;
}

function changedSeal(): SealVerdict {
  return verdict('changed', undefined, false, 'The seal of the segment does not say what its entries do.');
}

function verdict(
  kind: FailureKind,
  index: number | undefined,
  isBefore: boolean,
  message: string,
): SealVerdict {
  return { kind, index, isBefore, message };
}

function same(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((item, i) => item === b[i]);
}
