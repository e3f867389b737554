/** A part of a text, up to before its end. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** Finds all that a pattern means in a text: in the order of the text, and none of it twice. */
export type Finder = (text: string) => readonly Found[];

const NOTHING: readonly Found[] = [];

/** Finds all matches of a pattern with the flag `g` that matches no empty text. */
export function finderOf(pattern: RegExp): Finder {
  return (text) => {
    const found: Found[] = [];
    forEachMatch(pattern, text, ({ 0: match, index }) => {
      found.push({ start: index, end: index + match.length });
    });
    return found;
  };
}

/** Calls back with each match of such a pattern. */
export function forEachMatch(pattern: RegExp, text: string, tell: (match: RegExpExecArray) => void): void {
  // A search that ran out of stack has left it anywhere.
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) tell(match);
}

/**
 * Finds all matches of a pattern of the user's own. It is a copy, so that neither `lastIndex` nor an `exec` of the original's own
 * has a say; all matches are found with and without the flag `g`, and wherever they are even with `y`.
 */
export function ownFinder(pattern: RegExp): Finder {
  // Most texts have none, and a search for all of them costs more to begin.
  const finding = copyOf(pattern, '');
  const findingAll = copyOf(pattern, 'g');
  return (text) => {
    if (!finding.test(text)) return NOTHING;
    // A match may be empty where it is between two characters.
    return Array.from(text.matchAll(findingAll), ({ 0: match, index }) => {
      return { start: index, end: index + match.length };
    });
  };
}

/** Whether a pattern finds something in an empty text, and so everywhere. */
export function matchesNothing(pattern: RegExp): boolean {
  return copyOf(pattern, '').test('');
}

function copyOf(pattern: RegExp, flag: string): RegExp {
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gyd]/g, '')}${flag}`);
}
