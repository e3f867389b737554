import { ownText } from '@org/instrument-core';
import { cutText } from '../text.ts';
import { MAX_KEY } from './limits.ts';
import { type Secrecy, secrecyOf } from './secret-keys.ts';
import { safeBeginning } from './secrets.ts';

/** What is made of the name of a key. */
export interface KeyName {
  /** Cut, and without what is secret in it by its form. */
  readonly shown: string;
  /** What under it is secret. */
  readonly secrecy: Secrecy;
}

// Keys of events are few, and the same again and again.
const known = new Map<string, KeyName>();
const MAX_KNOWN = 2_000;

/** What is made of a name; remembered, unless it is longer than what is shown. */
export function keyNameOf(name: string): KeyName {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = { shown: ownText(cutText(safeBeginning(name), MAX_KEY)), secrecy: secrecyOf(name) };
  if (name.length <= MAX_KEY && known.size < MAX_KNOWN) known.set(ownText(name), made);
  return made;
}
