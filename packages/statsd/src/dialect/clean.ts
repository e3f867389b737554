import type { Tag } from './dialect.ts';

/** What no metric name may hold in any dialect; dots part a name's levels, and stay. */
const NOT_IN_NAMES = /[^A-Za-z0-9_.-]/gu;

/** Text with every character that matches replaced by an underscore. `pattern` has the flag `g`. */
export function clean(text: string, pattern: RegExp): string {
  return text.replace(pattern, '_');
}

/** A metric name that ends nowhere before its end. */
export function cleanName(name: string): string {
  return name === '' ? '_' : clean(name, NOT_IN_NAMES);
}

/**
 * Labels of Prometheus that begin with two underscores are its own: statsd_exporter, which writes the others as underscores
 * too, has no metrics at all any more once it got one.
 */
const RESERVED = /^[_.\-/]{2,}/;

/** What a dialect takes out of the keys and values of tags. */
export interface TagCharacters {
  readonly notInKeys: RegExp;
  readonly notInValues: RegExp;
}

/**
 * Tags as `key<equals>value`, with commas between, sorted by key: receivers take tags in another order for the same. Values of
 * keys that become the same are joined, so that none is lost.
 *
 * @param tags sorted by key
 */
export function tagText(tags: readonly Tag[], equals: string, characters: TagCharacters): string {
  const cleaned = new Map<string, string>();
  let isSorted = true;
  for (const { key, value } of tags) {
    const name = clean(key, characters.notInKeys).replace(RESERVED, '_');
    isSorted &&= name === key;
    const text = clean(value, characters.notInValues);
    const before = cleaned.get(name);
    cleaned.set(name, before === undefined ? text : `${before}_${text}`);
  }
  const entries = isSorted ? cleaned : [...cleaned].sort(([a], [b]) => (a < b ? -1 : 1));
  let text = '';
  for (const [key, value] of entries) text += `${text === '' ? '' : ','}${key}${equals}${value}`;
  return text;
}

/**
 * For tags that stand in front of the value. Beside what ends a tag or the name, everything that another dialect begins
 * its tags with, because receivers look for all of them at once (statsd_exporter, `parseNameAndTags`); `;` begins those of
 * Graphite.
 */
export const IN_HEAD: TagCharacters = {
  notInKeys: /[^A-Za-z0-9_.\-/]/gu,
  notInValues: /[\s\p{Cc}\p{Cf}\p{Cs},=:|#@[\];\\"]/gu,
};
