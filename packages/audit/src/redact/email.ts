import type { Redactor } from './pattern.ts';

// In any script (RFC 6531, 3.3); half of a surrogate pair stands for a letter.
const LOCAL = /[\p{L}\p{M}\p{N}\ud800-\udfff.!#$%&'*+/=?^_`{|}~-]/u;
/** The same within a URL, where `/`, `?`, `&`, `=` and `#` as they are stand between its parts. */
const ENCODED_LOCAL = /[\p{L}\p{M}\p{N}\ud800-\udfff.!$%'*+^_`{|}~-]/u;
const DOMAIN = /[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+/uy;

/**
 * Mail addresses: a dot-atom, an `@`, and a domain of two labels or more (RFC 5322, 3.4.1); with `%40` in place of the `@`, too,
 * as URLs have it.
 */
export const redactEmail: Redactor = (text, replacement) =>
  redactAround(redactAround(text, '@', LOCAL, replacement), '%40', ENCODED_LOCAL, replacement);

/** Looks from each sign on in both directions, up to the next one at most, which makes it linear. */
function redactAround(text: string, sign: string, local: RegExp, replacement: string): string {
  let redacted = '';
  let copied = 0;
  let first = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, first)) {
    let start = at;
    while (start > first && local.test(text[start - 1] as string)) start--;
    first = at + sign.length;
    if (start === at) continue;
    DOMAIN.lastIndex = first;
    const domain = DOMAIN.exec(text);
    if (domain === null) continue;
    redacted += text.slice(copied, start) + replacement;
    copied = first + domain[0].length;
    first = copied;
  }
  return copied === 0 ? text : redacted + text.slice(copied);
}
