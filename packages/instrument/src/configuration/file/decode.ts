import { isUtf8 } from 'node:buffer';

/** The text that bytes are in UTF-8, or what they are instead. */
export interface Decoded {
  readonly text?: string;
  /** What was found in place of UTF-8. */
  readonly found?: string;
  /** The line that it begins in. */
  readonly line?: number;
}

/** Decodes UTF-8. The byte order mark that some editors write is no part of the text. Never throws. */
export function decode(bytes: Buffer): Decoded {
  if (isUtf16(bytes)) return { found: 'text in UTF-16', line: 1 };
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return { text: text.replace(/^\uFEFF/, '') };
  // What is no UTF-8 has become the replacement character.
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
  return { found: 'text that is not UTF-8', line };
}

/** By its byte order mark; or by a zero as the half of its first character, which begins no text in UTF-8. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) return true;
  return bytes.length > 1 && (first === 0) !== (second === 0);
}
