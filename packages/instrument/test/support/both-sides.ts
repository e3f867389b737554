import { InstrumentError, type Problem } from '@org/instrument-core';
import { expect } from 'vitest';
import { type Inspection, inspect } from '../../src/configuration/inspect.ts';
import type { Fields, Place } from '../../src/configuration/schema/rule.ts';

/** Paths of what is wrong, as one side tells them; `undefined`: nothing is. */
type Verdict = readonly string[] | undefined;

/** One room's options, as `init()` or a file sees them, and as the room itself does. */
export interface BothSides {
  /** Everything that `init()` says, and where it says it. */
  inspect(options: object): Inspection;
  /** Throws what the room finds wrong. */
  check(options: object): unknown;
}

/** The two sides of a rule and a room. */
export function bothSides(rule: Fields, place: Place, check: (options: never) => unknown): BothSides {
  return { inspect: (options) => inspect(rule, options, { place }), check: check as BothSides['check'] };
}

/** Expects both sides to take the options, or both to refuse them, at the same places. */
export function expectAgreement(sides: BothSides, options: object, isRight?: boolean): void {
  const ofInit = placesOf(sides.inspect(options).problems);
  const ofRoom = refusalOf(() => sides.check(options));
  const about = `init() says ${JSON.stringify(ofInit)}, the room says ${JSON.stringify(ofRoom)}`;
  expect(ofInit === undefined, about).toBe(ofRoom === undefined);
  if (isRight !== undefined) expect(ofInit === undefined, about).toBe(isRight);
  for (const place of ofInit ?? []) expect(isAmong(place, ofRoom ?? []), about).toBe(true);
  for (const place of ofRoom ?? []) expect(isAmong(place, ofInit ?? []), about).toBe(true);
}

function refusalOf(check: () => unknown): Verdict {
  try {
    check();
  } catch (error) {
    // A room that fails has not said where; it has not taken the options either.
    return error instanceof InstrumentError ? placesOf(error.problems) : [''];
  }
  return undefined;
}

function placesOf(problems: readonly Problem[]): Verdict {
  return problems.length === 0 ? undefined : problems.map(({ path }) => placeOf(path));
}

/** Keys in quotes and places in lists, in one way of writing them. */
function placeOf(path: string): string {
  return path.replace(/\["([^"]+)"\]/g, '.$1').replace(/\[(\d+)\]/g, '.$1');
}

/** One side may speak of a part of what the other one speaks of. */
function isAmong(place: string, others: readonly string[]): boolean {
  return others.some(
    (other) =>
      other === place || other === '' || place === '' || within(place, other) || within(other, place),
  );
}

function within(part: string, whole: string): boolean {
  return part.startsWith(`${whole}.`);
}
