/** Longest title: what subjects and headings of the receivers show. */
const MAX_TITLE = 256;
/** Longest text, in UTF-16 units. */
const MAX_TEXT = 8_192;

// Control characters, the separators that are line ends to some, and the marks that turn the direction of a text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NOT_IN_LINES = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;
// Of several lines, line feeds and tabs may stay.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NOT_IN_TEXT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text as one line that nothing can break, of at most {@link MAX_TITLE} characters. */
export function oneLine(text: string, max: number = MAX_TITLE): string {
  // Cut before as well, so that a huge text costs no more than a long one.
  return cutText(
    cutText(text, max * 4)
      .replace(NOT_IN_LINES, ' ')
      .replace(/ {2,}/g, ' ')
      .trim(),
    max,
  );
}

/** Text of several lines, of at most {@link MAX_TEXT} characters. */
export function boundedText(text: string): string {
  return cutText(
    cutText(text, MAX_TEXT * 2)
      .replace(/\r\n?|\u2028|\u2029/g, '\n')
      .replace(NOT_IN_TEXT, ''),
    MAX_TEXT,
  );
}

/** Cuts a text with an ellipsis where it is too long, and never through a surrogate pair; lone surrogates are replaced. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text.toWellFormed();
  return `${withoutHalf(text.slice(0, max - 1)).toWellFormed()}…`;
}

function withoutHalf(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd8_00 && last <= 0xdb_ff ? text.slice(0, -1) : text;
}
