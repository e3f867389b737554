import type { Finder, Found } from './pattern.ts';

/**
 * Replaces all that is found in a text. With `certain`, the text goes on beyond what is given: only what comes from that many of
 * its first characters is returned, since what is nearer to its end was perhaps not seen whole.
 */
export type Redactor = (text: string, certain?: number) => string;

/** A redactor that has each finder look at what the ones before have left. */
export function createRedactor(finders: readonly Finder[], replacement: string): Redactor {
  return (text, certain = text.length) => {
    let redacted: Part = { text, certain };
    for (const find of finders) {
      const found = find(redacted.text);
      if (found.length > 0) redacted = replaceAll(redacted, found, replacement);
    }
    return redacted.certain < redacted.text.length ? redacted.text.slice(0, redacted.certain) : redacted.text;
  };
}

/** A text, and how much of it comes from what surely was seen whole. */
interface Part {
  readonly text: string;
  readonly certain: number;
}

function replaceAll({ text, certain }: Part, found: readonly Found[], replacement: string): Part {
  let replaced = '';
  let copied = 0;
  let certainNow = certain;
  for (const { start, end } of found) {
    replaced += text.slice(copied, start) + replacement;
    copied = end;
    // What begins there is replaced whole, wherever it ends.
    if (start < certain) certainNow = replaced.length + Math.max(0, certain - end);
  }
  return { text: replaced + text.slice(copied), certain: certainNow };
}
