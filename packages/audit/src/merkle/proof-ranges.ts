/** Leaves from `start` up to, and without, `end`. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What an inclusion proof consists of: the hash of each of these ranges, in this order (RFC 6962, 2.1.1, `PATH`).
 *
 * @throws {RangeError} when the tree has no such leaf.
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw new RangeError(`A tree of ${size} leaves has no leaf ${index}`);
  }
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + largestPowerBelow(end - start);
    if (index < split) {
      ranges.push({ start: split, end });
      end = split;
    } else {
      ranges.push({ start, end: split });
      start = split;
    }
  }
  return ranges.reverse();
}

/**
 * What a consistency proof consists of: the hash of each of these ranges, in this order (RFC 6962, 2.1.2, `PROOF`).
 *
 * @throws {RangeError} when the first tree is no beginning of the second.
 */
export function consistencyRanges(from: number, to: number): LeafRange[] {
  if (!isCount(from) || !isCount(to) || from > to) {
    throw new RangeError(`A tree of ${from} leaves is no beginning of one of ${to}`);
  }
  // Every tree begins with the empty one, and with itself: nothing needs to be proven.
  if (from === 0 || from === to) return [];
  const ranges: LeafRange[] = [];
  let [start, end] = [0, to];
  let isWholeBeginning = true;
  while (end !== from) {
    const split = start + largestPowerBelow(end - start);
    if (from <= split) {
      ranges.push({ start: split, end });
      end = split;
    } else {
      ranges.push({ start, end: split });
      start = split;
      isWholeBeginning = false;
    }
  }
  // The first tree itself is known to whoever verifies.
  if (!isWholeBeginning) ranges.push({ start, end });
  return ranges.reverse();
}

/** The largest power of two below a number above 1 (RFC 6962, 2.1: `k`). */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
