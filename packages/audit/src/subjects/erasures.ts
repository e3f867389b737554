import { processWide } from '@org/instrument-core';

const erasures = processWide('erasures', () => ({ count: 0 }));

/** Erasures of persons so far, in all journals of the process: tells what was said before one from what was said after. */
export function erasuresSoFar(): number {
  return erasures.count;
}

/** The number of an erasure that begins: everything that was said before has a lower one. */
export function nextErasure(): number {
  erasures.count++;
  return erasures.count;
}
