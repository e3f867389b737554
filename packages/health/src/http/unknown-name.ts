import { describeValue, didYouMean } from '@org/instrument-core';

/** Names that a message lists at most. */
const MAX_LISTED = 50;
/** A suggestion is looked for among so many names, for words up to this length: anybody may ask for one. */
const MAX_COMPARED = 100;
const MAX_COMPARED_LENGTH = 40;

/** A name in a URL that does not exist, and those that do. */
export interface UnknownName {
  /** What was found. */
  readonly text: string;
  /** What is known, and what was probably meant; to be said after `text`. */
  readonly hint: string;
}

/** Describes a name that does not exist: `what` is the kind of thing that was looked for. */
export function unknownName(what: string, name: string, known: readonly string[]): UnknownName {
  const listed = known.slice(0, MAX_LISTED).join(', ');
  const more = known.length > MAX_LISTED ? `, and ${known.length - MAX_LISTED} more` : '';
  const isShort = name.length <= MAX_COMPARED_LENGTH;
  const meant = isShort ? didYouMean(name, known.slice(0, MAX_COMPARED)) : undefined;
  const suggestion = meant === undefined ? '' : ` ${meant}`;
  return {
    text: `There is no ${what} ${describeValue(name)}.`,
    hint: ` ${known.length === 0 ? 'None is registered.' : `Known: ${listed}${more}.`}${suggestion}`,
  };
}
