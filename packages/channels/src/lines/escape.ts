/**
 * What could end a line, move a cursor, or turn the direction of what follows: control characters (C0, C1, DEL), the separators
 * U+2028 and U+2029, and the marks and overrides of direction (CVE-2021-42574).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text as part of one line: what is unsafe is shown as its escape, and a backslash as two, so that an escape cannot be forged. */
export function escapeLine(text: string): string {
  return escapeUnsafe(text.replaceAll('\\', '\\\\'));
}

/** JSON as one line: what `JSON.stringify` leaves as it is, and terminals do not. Still the same JSON. */
export function escapeJson(json: string): string {
  // Everything below U+0020 is escaped already, and nothing that is left stands outside of a string.
  return escapeUnsafe(json);
}

function escapeUnsafe(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
