/** Replaces all that a pattern finds in a text; returns the text itself where it finds nothing. */
export type Redactor = (text: string, replacement: string) => string;

/**
 * A pattern of the user's own as a redactor. It is a copy, so that neither `lastIndex` nor an `exec` of the original's own
 * has a say; all matches are replaced with and without the flag `g`, and wherever they are even with `y`.
 */
export function redactorOf(pattern: RegExp): Redactor {
  // A search costs a third of a replacement that replaces nothing.
  const finding = copyOf(pattern, '');
  const replacing = copyOf(pattern, 'g');
  // A function: a replacement such as `$&` would bring back what was found.
  return (text, replacement) => (finding.test(text) ? text.replace(replacing, () => replacement) : text);
}

/** Whether a pattern finds something in an empty text, and so everywhere. */
export function matchesNothing(pattern: RegExp): boolean {
  return copyOf(pattern, '').test('');
}

function copyOf(pattern: RegExp, flag: string): RegExp {
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gyd]/g, '')}${flag}`);
}
