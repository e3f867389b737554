import type { Finder, Found } from './pattern.ts';

// In any script (RFC 6531, 3.3); half of a surrogate pair stands for a letter.
const LOCAL = /[\p{L}\p{M}\p{N}\ud800-\udfff.!#$%&'*+/=?^_`{|}~-]/u;
/** The same within a URL, where `/`, `?`, `&`, `=` and `#` as they are stand between its parts. */
const ENCODED_LOCAL = /[\p{L}\p{M}\p{N}\ud800-\udfff.!$%'*+^_`{|}~-]/u;
const DOMAIN = /[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+/uy;

/** Mail addresses: a dot-atom, an `@`, and a domain of two labels or more (RFC 5322, 3.4.1). */
export const findEmail: Finder = (text) => findAround(text, '@', LOCAL);

/** The same with `%40` in place of the `@`, as URLs have it. */
export const findEncodedEmail: Finder = (text) => findAround(text, '%40', ENCODED_LOCAL);

/** Looks from each sign on in both directions, up to the next one at most, which makes it linear. */
function findAround(text: string, sign: string, local: RegExp): Found[] {
  const found: Found[] = [];
  let first = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, first)) {
    let start = at;
    while (start > first && local.test(text[start - 1] as string)) start--;
    first = at + sign.length;
    if (start === at) continue;
    DOMAIN.lastIndex = first;
    const domain = DOMAIN.exec(text);
    if (domain === null) continue;
    first += domain[0].length;
    found.push({ start, end: first });
  }
  return found;
}
