/**
 * Decodes base64 (RFC 4648, section 4), padding and all; `undefined` for anything that encoding the same bytes would not
 * yield, such as missing padding or stray bits at the end.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

// 32 bytes are 42 digits and two thirds of another: the last two bits of it are zero.
const DIGEST = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Whether it is the base64 of a SHA-256 digest, in its one canonical form. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && DIGEST.test(text);
}
