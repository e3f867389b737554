import { didYouMean } from '@org/instrument-core';

/** Letters of a known word at least, to be recognised at the beginning of a longer one. */
const SHORTEST_BEGINNING = 3;

/**
 * What to say of a word that is none of those known, as `didYouMean` does; and of one that goes on after a known word, as
 * `warning` after `warn`, and `timeoutMillis` after `timeout`.
 */
export function suggest(word: unknown, known: readonly string[]): string | undefined {
  const near = didYouMean(word, known);
  if (near !== undefined || typeof word !== 'string') return near;
  const [longest] = known
    .filter((each) => each.length >= SHORTEST_BEGINNING && word.toLowerCase().startsWith(each.toLowerCase()))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : `Did you mean ${longest}?`;
}
