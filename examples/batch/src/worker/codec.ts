import * as zlib from 'node:zlib';

/** How files are compressed. */
export type Encoding = 'zstd' | 'br';

/** Of eleven; the fastest that is still better than gzip. */
const BROTLI_QUALITY = 5;

/** What newer releases of Node.js have (from 22.15). */
interface WithZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array) => Buffer;
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Buffer;
}

const { zstdCompressSync, zstdDecompressSync } = zlib as WithZstd;

/** Zstandard where Node.js has it, Brotli elsewhere. */
export const ENCODING: Encoding = zstdCompressSync === undefined ? 'br' : 'zstd';

export function compress(bytes: Uint8Array): Buffer {
  if (zstdCompressSync !== undefined) return zstdCompressSync(bytes);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  const params = { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return zlib.brotliCompressSync(bytes, { params });
}

export function decompress(bytes: Uint8Array, encoding: Encoding): Buffer {
  if (encoding === 'br') return zlib.brotliDecompressSync(bytes);
  if (zstdDecompressSync === undefined) throw new Error('This Node.js has no Zstandard');
  return zstdDecompressSync(bytes);
}
