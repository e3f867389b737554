import { createHash } from 'node:crypto';
import { checkKeyParts } from './arguments.ts';
import { MAX_KEY_BYTES } from './limits.ts';

/** What identifies an input. */
export interface LedgerKeyParts {
  /** Where it comes from: `s3://invoices`, `kafka://orders/7`. */
  readonly source: string;
  /** Which it is there: a path, an object key, an offset. Left out, content is the same input whatever its name. */
  readonly name?: string | undefined;
  /** Version there, such as an object version or a modification time. */
  readonly version?: string | undefined;
  /** Digest of the content with its algorithm: `sha256:…`. */
  readonly digest?: string | undefined;
}

/**
 * Key of an input, made of what identifies it: `s3://invoices#2026/11/25.csv@v3=sha256:…`. Different parts never give the
 * same key: what separates them, spaces and control characters are percent-encoded. Beyond 2,048 bytes it is
 * `sha256:` and the digest of that text.
 *
 * With `version` or `digest`, a name whose content has changed is another input; without, it is taken in once for all.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when there is no source, or neither name nor digest.
 */
export function ledgerKey(parts: LedgerKeyParts): string {
  checkKeyParts(parts);
  const { source, name, version, digest } = parts;
  const key = [encoded(source), part('#', name), part('@', version), part('=', digest)].join('');
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return key;
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

function part(mark: string, text: string | undefined): string {
  return text === undefined ? '' : `${mark}${encoded(text)}`;
}

function encoded(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is encoded
  return text.replace(/[%#@=\s\u0000-\u001f\u007f]/g, encodeURIComponent);
}
