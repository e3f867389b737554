import type { Redactor } from './pattern.ts';

// In any script (RFC 6531, 3.3); half of a surrogate pair stands for a letter.
const LOCAL = /[\p{L}\p{M}\p{N}\ud800-\udfff.!#$%&'*+/=?^_`{|}~-]/u;
const DOMAIN = /[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+/uy;

/**
 * Mail addresses: a dot-atom, an `@`, and a domain of two labels or more (RFC 5322, 3.4.1). Looked for from each `@` on
 * in both directions, up to the next one at most, which makes it linear.
 */
export const redactEmail: Redactor = (text, replacement) => {
  let redacted = '';
  let copied = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > copied && LOCAL.test(text[start - 1] as string)) start--;
    if (start === at) continue;
    DOMAIN.lastIndex = at + 1;
    const domain = DOMAIN.exec(text);
    if (domain === null) continue;
    redacted += text.slice(copied, start) + replacement;
    copied = at + 1 + domain[0].length;
  }
  return copied === 0 ? text : redacted + text.slice(copied);
};
