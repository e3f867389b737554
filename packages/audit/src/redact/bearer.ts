import type { Redactor } from './pattern.ts';

/**
 * A bearer token with its scheme (RFC 6750, 2.1). A short word of letters alone is no token: "the bearer of this".
 */
const BEARER = /\bbearer[ \t]{1,16}(?=[a-z._~+/=-]{0,11}\d|[a-z0-9._~+/-]{12})[a-z0-9._~+/-]+=*/gi;
/**
 * A JWT in compact form (RFC 7515, 7.1; RFC 7516, 7.1): `eyJ` is `{"` in base64url. Where the other parts are missing what was
 * read is put back, so that nothing is read twice.
 */
const JWT = /eyJ[\w-]+((?:\.[\w-]*){2,4})?/g;

export const redactBearer: Redactor = (text, replacement) => {
  if (text.length < 8) return text;
  const withoutBearer = text.replace(BEARER, () => replacement);
  if (!withoutBearer.includes('eyJ')) return withoutBearer;
  return withoutBearer.replace(JWT, (match: string, parts: string | undefined) =>
    parts === undefined ? match : replacement,
  );
};
