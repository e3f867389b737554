import { visibleText } from '@org/instrument-core';

/** What a terminal would obey, or the reader not see, and `JSON.stringify` leaves as it is. */
const IN_JSON = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** All but tabs and line breaks, which make the table. */
const IN_TABLE = /(?!\t|\r?\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** JSON on one line or on many, with nothing in it that a terminal would obey. Escaped, it is the same JSON. */
export function harmlessJson(text: string): string {
  return text.replaceAll(IN_JSON, (character) => (character === '\n' ? character : escaped(character)));
}

/** CSV with nothing in it that a terminal would obey: for people, since such text is no longer the same. */
export function harmlessTable(text: string): string {
  return text.replaceAll(IN_TABLE, visibleText);
}

/** Each chunk of a text, changed. None may end in the midst of a line. */
export async function* eachChunk(
  chunks: AsyncIterable<string>,
  change: (text: string) => string,
): AsyncGenerator<string, void, undefined> {
  for await (const chunk of chunks) yield change(chunk);
}

/** As its units of UTF-16 (RFC 8259, section 7). */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    return `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }).join('');
}
