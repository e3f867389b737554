import type { ErrorCode } from 'yaml';

/**
 * What the parser found, by the code that it gives its errors, in words of our own: its messages quote the file, and what is
 * written wrong may be a secret.
 */
const FOUND: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias that has a tag or an anchor',
  BAD_ALIAS: 'an anchor or an alias without a name, or with a colon behind it',
  BAD_COLLECTION_TYPE: 'a tag for values of another kind',
  BAD_DIRECTIVE: 'a directive, which starts with %, that is not known',
  BAD_DQ_ESCAPE: 'a \\ in double quotes with a sign behind it that it does not go with',
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  BAD_PROP_ORDER: 'an anchor or a tag before the sign that it belongs behind',
  BAD_SCALAR_START: 'a text without quotes that starts with a reserved sign',
  BLOCK_AS_IMPLICIT_KEY: 'a map or a list that begins in the line of another one',
  BLOCK_IN_FLOW: 'a map or a list by indentation within brackets',
  DUPLICATE_KEY: 'a key for the second time',
  IMPOSSIBLE: 'something that cannot be',
  KEY_OVER_1024_CHARS: 'a key of more than 1,024 characters',
  MISSING_CHAR: 'a place where a sign is missing: a quote, a comma, a colon, a bracket or a space',
  MULTILINE_IMPLICIT_KEY: 'a text of several lines as a key, or a line without a colon',
  MULTIPLE_ANCHORS: 'a value with two anchors',
  MULTIPLE_DOCS: 'a second document',
  MULTIPLE_TAGS: 'a value with two tags',
  NON_STRING_KEY: 'a key that is no text',
  RESOURCE_EXHAUSTION: 'too many levels',
  TAB_AS_INDENT: 'a tab as indentation',
  TAG_RESOLVE_FAILED: 'a tag that is not known',
  UNEXPECTED_TOKEN: 'something that cannot stand here',
};

/** What an error of the parser says was found. */
export function faultOf(code: ErrorCode, isJson: boolean): string {
  // In JSON what is neither a number nor one of its words is resolved like a tag.
  if (isJson && code === 'TAG_RESOLVE_FAILED') return 'a text without quotes';
  // A later parser may have further codes.
  return FOUND[code] ?? 'something that the parser does not take';
}
