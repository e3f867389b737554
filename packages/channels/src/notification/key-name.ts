import { ownText } from '@org/instrument-core';
import { MAX_KEY, MAX_STRING } from './limits.ts';
import { isSecretKey, withoutSecrets } from './secrets.ts';
import { cutText } from './text.ts';

/** What is made of the name of a key. */
export interface KeyName {
  /** Cut, and without what is secret in it by its form. */
  readonly shown: string;
  /** Whether it looks like that of a secret. */
  readonly isSecret: boolean;
}

// Keys of events are few, and the same again and again.
const known = new Map<string, KeyName>();
const MAX_KNOWN = 2_000;

/** What is made of a name; remembered, unless it is longer than what is shown. */
export function keyNameOf(name: string): KeyName {
  const before = known.get(name);
  if (before !== undefined) return before;
  const safe = withoutSecrets(beginningOf(name));
  const made = { shown: ownText(cutText(safe, MAX_KEY)), isSecret: isSecretKey(name) };
  if (name.length <= MAX_KEY && known.size < MAX_KNOWN) known.set(ownText(name), made);
  return made;
}

/** As much of a text as is looked at: more than is shown of it, so that a secret is not cut before it is found. */
export function beginningOf(text: string): string {
  return text.length > MAX_STRING ? text.slice(0, MAX_STRING * 2) : text;
}
