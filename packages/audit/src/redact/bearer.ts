import { type Finder, type Found, finderOf, forEachMatch } from './pattern.ts';

/**
 * A bearer token with its scheme (RFC 6750, 2.1). A short word of letters alone is no token: "the bearer of this".
 */
const BEARER = /\bbearer[ \t]{1,16}(?=[a-z._~+/=-]{0,11}\d|[a-z0-9._~+/-]{12})[a-z0-9._~+/-]+=*/gi;
/**
 * A JWT in compact form (RFC 7515, 7.1; RFC 7516, 7.1): `eyJ` is `{"` in base64url. What was read
 * where the other parts are missing is left as it is, so that nothing is read twice.
 */
const JWT = /eyJ[\w-]+((?:\.[\w-]*){2,4})?/g;

const findScheme = finderOf(BEARER);

export const findBearer: Finder = (text) => (text.length < 8 ? [] : findScheme(text));

export const findJwt: Finder = (text) => {
  const found: Found[] = [];
  if (!text.includes('eyJ')) return found;
  forEachMatch(JWT, text, ({ 0: match, 1: parts, index }) => {
    if (parts !== undefined) found.push({ start: index, end: index + match.length });
  });
  return found;
};
